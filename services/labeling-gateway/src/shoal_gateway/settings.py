"""Settings of the labeling gateway, from SHOAL_ variables, read once."""

from typing import ClassVar

from pydantic import Field

from shoal.runtime import ServiceSettings


class GatewaySettings(ServiceSettings):
    """What every service has, and what only this one needs."""

    SERVICE: ClassVar[str] = "labeling-gateway"

    public_url: str = Field(
        default="", description="where vendors reach this service; empty: its own HTTP address"
    )
    lease_minutes: float = Field(default=15.0, gt=0, le=1440, description="how long a person may think")
    poll_interval_s: float = Field(default=2.0, gt=0, description="between two looks at a vendor's feed")
    intent_lease_s: float = Field(
        default=120.0, gt=0, description="longer than a call with its retries; a crashed worker's wait"
    )
