"""Settings of qa, from SHOAL_ variables, read once."""

from typing import ClassVar

from pydantic import Field

from shoal.runtime import ServiceSettings


class QaSettings(ServiceSettings):
    """What every service has, and what only this one needs."""

    SERVICE: ClassVar[str] = "qa"

    datasets_uri: str = Field(
        default="datasets", description="a folder, or an address that fsspec knows (s3://...)"
    )
    refit_interval_s: float = Field(
        default=2.0, gt=0, description="between two looks for votes to learn from"
    )
    parked_hours: float = Field(
        default=24.0, gt=0, description="how long an annotation waits for its job before it is a dead letter"
    )
