"""Settings of qa, read once from SHOAL_ environment variables."""

from typing import ClassVar

from pydantic import Field

from shoal.runtime import ServiceSettings


class QaSettings(ServiceSettings):
    """Settings of every service, and those of qa."""

    SERVICE: ClassVar[str] = "qa"
    DEPENDENCIES: ClassVar[tuple[str, ...]] = ("kafka", "postgres")

    datasets_uri: str = Field(
        default="datasets",
        description="Folder of dataset versions, or an address for fsspec in object storage: `s3://...`, `gs://...` or "
        "`az://...`. Access comes from the variables of the storage's own client, such as `AWS_ACCESS_KEY_ID`.",
    )
    datasets_restore: bool = Field(
        default=False,
        description="Register at start the dataset versions in that folder that the database lacks.",
    )
    refit_interval_s: float = Field(
        default=2.0, gt=0, description="Time between two checks for new votes to learn from, in seconds."
    )
    parked_hours: float = Field(
        default=24.0,
        gt=0,
        description="Time that an annotation waits for its job before it becomes a dead letter, in hours.",
    )
