"""The settings of ingest, read from SHOAL_ variables."""

from typing import ClassVar

from pydantic import Field, SecretStr, field_validator

from shoal.http.networks import Networks
from shoal.media.settings import SHORTEST_KEY, MediaKeySettings, MediaStoreSettings
from shoal.pictures.showing import PictureLimits
from shoal.runtime import ServiceSettings
from shoal_ingest.usecases.media.sources import HOSTS_HELP, HostList


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
    media_networks: str = Field(
        default="",
        description="Networks that are not public and may hold hosts of images, such as `10.0.0.0/8`; hosts at other "
        "private, loopback and link-local addresses are refused.",
    )
    media_timeout_s: float = Field(
        default=10.0, gt=0, le=60, description="Longest time to read one image from a host, in seconds."
    )
    media_threads: int = Field(
        default=2, ge=1, le=64, description="Images that are decoded at a time; each may take up to 0.5 GiB."
    )

    @field_validator("media_networks")
    @classmethod
    def _check_networks(cls, text: str) -> str:
        Networks.parse(text)
        return text

    @property
    def media_keys(self) -> tuple[str, ...]:
        """Return the keys whose addresses are accepted."""
        keys = (self.media_key, self.media_key_before)
        return tuple(key.get_secret_value() for key in keys if key is not None)

    @property
    def picture_limits(self) -> PictureLimits:
        """Return the largest image that is accepted."""
        return PictureLimits(bytes=self.media_max_bytes, pixels=self.media_max_pixels)
