"""Settings of the embedder, from SHOAL_ variables, read once."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator

from shoal.runtime import ServiceSettings
from shoal_embedder.adapters.encoders import find_encoder


class EmbedderSettings(ServiceSettings):
    """What every service has, and what only this one needs."""

    SERVICE: ClassVar[str] = "embedder"

    qdrant_url: str = Field(
        default="http://127.0.0.1:6333", description="Address of Qdrant; its host is used, over gRPC."
    )
    qdrant_grpc_port: int = Field(default=6334, ge=1, le=65_535, description="Port of Qdrant's gRPC.")
    qdrant_api_key: SecretStr | None = Field(default=None, description="Key of Qdrant.")
    encoder: str = Field(
        default=find_encoder(None, "texts").name,
        description="Encoder of texts that come without an embedding.",
    )
    model_cache: Path = Field(
        default=Path("~/.cache/shoal/models"),
        description="Folder of the model's file, made at the first start.",
    )
    max_tokens: int = Field(
        default=128,
        ge=8,
        le=512,
        description="Tokens of a text that are read. Another number is another embedding generation.",
    )
    encoder_threads: int | None = Field(
        default=None,
        ge=1,
        description="Threads of the encoder; one per processor that affinity and CPU quota allow unless set.",
    )
    remembered_texts: int = Field(
        default=50_000, ge=0, description="Texts whose vectors are remembered, at 1.6 kB of memory each."
    )
    batch_samples: int = Field(default=512, ge=1, le=5000, description="Most samples of a batch.")

    @field_validator("encoder")
    @classmethod
    def _of_texts(cls, name: str) -> str:
        return find_encoder(name, "texts").name
