"""Settings of the embedder, from SHOAL_ variables, read once."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator

from shoal.runtime import ServiceSettings
from shoal_embedder.adapters.encoders import find_encoder


class EmbedderSettings(ServiceSettings):
    """What every service has, and what only this one needs."""

    SERVICE: ClassVar[str] = "embedder"

    qdrant_url: str = Field(default="http://127.0.0.1:6333", description="its host; gRPC is what is used")
    qdrant_grpc_port: int = Field(default=6334, ge=1, le=65_535)
    qdrant_api_key: SecretStr | None = None
    encoder: str = Field(
        default=find_encoder(None, "texts").name,
        description="encoder of texts that come without an embedding",
    )
    model_cache: Path = Field(
        default=Path("~/.cache/shoal/models"), description="where the model's file is made and kept"
    )
    max_tokens: int = Field(default=128, ge=8, le=512, description="of a text; what follows is not read")
    encoder_threads: int | None = Field(
        default=None, ge=1, description="unset: one per processor that affinity and CPU quota allow"
    )
    remembered_texts: int = Field(default=50_000, ge=0, description="1.6 kB of memory each")
    batch_samples: int = Field(default=512, ge=1, le=5000)

    @field_validator("encoder")
    @classmethod
    def _of_texts(cls, name: str) -> str:
        return find_encoder(name, "texts").name
