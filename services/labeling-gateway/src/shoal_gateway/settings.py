"""Settings of the labeling gateway, from SHOAL_ variables, read once."""

from typing import ClassVar

from pydantic import Field

from shoal.runtime import ServiceSettings


class GatewaySettings(ServiceSettings):
    """What every service has, and what only this one needs."""

    SERVICE: ClassVar[str] = "labeling-gateway"

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
