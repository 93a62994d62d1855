"""Settings of the labeling gateway, from SHOAL_ variables, read once."""

from typing import ClassVar

from pydantic import Field, field_validator

from shoal.http.networks import Networks
from shoal.media.settings import MediaKeySettings
from shoal.runtime import ServiceSettings


class GatewaySettings(ServiceSettings, MediaKeySettings):
    """What every service has, and what only this one needs."""

    SERVICE: ClassVar[str] = "labeling-gateway"
    DEPENDENCIES: ClassVar[tuple[str, ...]] = ("kafka", "postgres")

    public_url: str = Field(
        default="",
        description="Address at which vendors reach this service; by default the one it serves on.",
    )
    lease_minutes: float = Field(
        default=15.0, gt=0, le=1440, description="Time that an annotator has for a task, in minutes."
    )
    poll_interval_s: float = Field(
        default=2.0, gt=0, description="Time between two reads of a vendor's feed, in seconds."
    )
    intent_lease_s: float = Field(
        default=120.0,
        gt=0,
        description="Time after which the message of a crashed process is sent again, in seconds; it must be longer "
        "than a call with retries.",
    )
    vendor_timeout_s: float = Field(
        default=30.0, gt=0, le=300, description="Longest time of a call to a vendor, in seconds."
    )
    vendor_networks: str = Field(
        default="",
        description="Networks that are not public and may hold vendors, such as `10.0.0.0/8,::1/128`; vendors at "
        "other private, loopback and link-local addresses are refused.",
    )

    vendor_media_hours: float = Field(
        default=168.0,
        gt=0,
        le=8760,
        description="Time for which the addresses of images in tasks for vendors are valid, in hours.",
    )

    @field_validator("vendor_networks")
    @classmethod
    def _check_networks(cls, text: str) -> str:
        Networks.parse(text)
        return text

    @property
    def networks(self) -> Networks:
        """Return the networks of `vendor_networks`."""
        return Networks.parse(self.vendor_networks)
