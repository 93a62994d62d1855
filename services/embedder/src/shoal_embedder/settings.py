"""The embedder's settings, read from SHOAL_ variables."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shoal.media.settings import MediaStoreSettings
from shoal.runtime import ServiceSettings
from shoal_embedder.adapters.encoders import find_encoder


class QdrantSettings(BaseSettings):
    """The address of Qdrant."""

    model_config = SettingsConfigDict(env_prefix="SHOAL_", frozen=True, extra="ignore")

    qdrant_url: str = Field(
        default="http://127.0.0.1:6333",
        description="Address of Qdrant. Only its host is used; the connection is gRPC.",
    )
    qdrant_grpc_port: int = Field(default=6334, ge=1, le=65_535, description="gRPC port of Qdrant.")
    qdrant_api_key: SecretStr | None = Field(default=None, description="API key of Qdrant.")


class EmbedderSettings(ServiceSettings, QdrantSettings, MediaStoreSettings):
    """The settings of every service and of the embedder."""

    SERVICE: ClassVar[str] = "embedder"
    DEPENDENCIES: ClassVar[tuple[str, ...]] = ("kafka", "qdrant")

    encoder: str = Field(
        default=find_encoder(None, "texts").name,
        description="Encoder of texts without an embedding, in projects that name none.",
    )
    model_cache: Path | None = Field(
        default=None,
        description="Folder of the model's file; created at the first start. By default `models` in "
        "SHOAL_CACHE, which is `~/.cache/shoal` unless set.",
    )
    max_tokens: int = Field(
        default=128,
        ge=8,
        le=512,
        description="Tokens that are read of a text. A different number is a different embedding generation.",
    )
    encoder_threads: int | None = Field(
        default=None,
        ge=1,
        description="Threads of the encoder; by default one per processor that CPU affinity and quota allow.",
    )
    remembered_texts: int = Field(
        default=50_000, ge=0, description="Texts whose vectors are kept in memory, at 1.6 kB each."
    )
    mend_s: float = Field(
        default=30.0,
        gt=0,
        description="Time between checks that collections and aliases are present in Qdrant, in seconds.",
    )
    batch_samples: int = Field(default=512, ge=1, le=5000, description="Most samples in a batch.")
    batch_boxed_samples: int = Field(
        default=32, ge=1, le=1000, description="Most samples in a batch of those whose boxes become crops."
    )

    @field_validator("encoder")
    @classmethod
    def _of_texts(cls, name: str) -> str:
        return find_encoder(name, "texts").name
