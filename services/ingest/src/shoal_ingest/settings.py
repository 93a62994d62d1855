"""The settings of ingest, read from SHOAL_ variables."""

from typing import ClassVar

from pydantic import Field, SecretStr

from shoal.media.settings import SHORTEST_KEY, MediaKeySettings, MediaStoreSettings
from shoal.pictures.showing import PictureLimits
from shoal.runtime import ServiceSettings
from shoal.sources import HOSTS_HELP, HostList


class IngestSettings(ServiceSettings, MediaStoreSettings, MediaKeySettings):
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
    media_key_before: SecretStr | None = Field(
        default=None,
        min_length=SHORTEST_KEY,
        description="The key before SHOAL_MEDIA_KEY, whose addresses ingest still accepts: to change the key while "
        "people look at images.",
    )
    media_hosts: HostList = Field(default="", description=HOSTS_HELP)
    media_threads: int = Field(
        default=2, ge=1, le=64, description="Images that are decoded at a time; each may take up to 0.5 GiB."
    )

    @property
    def media_keys(self) -> tuple[str, ...]:
        """Return the keys whose addresses are accepted."""
        keys = (self.media_key, self.media_key_before)
        return tuple(key.get_secret_value() for key in keys if key is not None)

    @property
    def picture_limits(self) -> PictureLimits:
        """Return the largest image that is accepted."""
        return PictureLimits(bytes=self.media_max_bytes, pixels=self.media_max_pixels)
