"""The settings of services that store images or sign their addresses."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_KEY = 32
"""Characters of the key of signed addresses."""


class MediaStoreSettings(BaseSettings):
    """Where the images of samples are."""

    model_config = SettingsConfigDict(env_prefix="SHOAL_", frozen=True, extra="ignore")

    media_uri: str = Field(
        default="media",
        description="Folder of the images of samples, or an address for fsspec, such as `s3://...`, which needs its "
        "package (`s3fs`) in the environment.",
    )
    media_max_bytes: int = Field(
        default=20 * 1024 * 1024, ge=1024, description="Largest image that is accepted, in bytes."
    )
    media_max_pixels: int = Field(
        default=50_000_000,
        ge=1,
        le=1 << 28,
        description="Largest image that is accepted, in pixels: width times height.",
    )


class MediaKeySettings(BaseSettings):
    """What signs the addresses of images."""

    model_config = SettingsConfigDict(env_prefix="SHOAL_", frozen=True, extra="ignore")

    media_key: SecretStr | None = Field(
        default=None,
        min_length=SHORTEST_KEY,
        description="Key that signs the addresses at which people see images, the same one in every service. "
        "Without it, no image is shown.",
    )
    media_public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s]+)?$",
        description="Address at which browsers reach ingest, which serves the images.",
    )

    @property
    def media_secret(self) -> str | None:
        """Return the key that signs addresses."""
        return None if self.media_key is None else self.media_key.get_secret_value()
