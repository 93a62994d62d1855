"""The settings of ingest, read from SHOAL_ variables."""

from typing import ClassVar

from pydantic import Field

from shoal.runtime import ServiceSettings


class IngestSettings(ServiceSettings):
    """The settings of every service and of ingest."""

    SERVICE: ClassVar[str] = "ingest"
    DEPENDENCIES: ClassVar[tuple[str, ...]] = ("kafka", "postgres")

    max_body_bytes: int = Field(
        default=16 * 1024 * 1024, ge=1024, description="Largest uncompressed body of a request, in bytes."
    )
    join_window_hours: float = Field(
        default=24.0,
        gt=0,
        description="Time that a request or response of KServe waits for its other half, in hours.",
    )
