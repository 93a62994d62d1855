"""Settings of the sampler, from SHOAL_ variables, read once."""

from typing import ClassVar

from pydantic import Field, SecretStr

from shoal.runtime import ServiceSettings


class SamplerSettings(ServiceSettings):
    """What every service has, and what only this one needs."""

    SERVICE: ClassVar[str] = "sampler"

    qdrant_url: str = Field(default="http://127.0.0.1:6333", description="its host; gRPC is what is used")
    qdrant_grpc_port: int = Field(default=6334, ge=1, le=65_535)
    qdrant_api_key: SecretStr | None = None
    audit_salt: SecretStr = Field(
        default=SecretStr("a salt for one's own machine"),
        min_length=16,
        max_length=64,
        description="keys the random draws: keep it secret and never change it, or past draws lose their meaning",
    )
    audit_rate: float = Field(default=0.01, ge=0, le=1, description="where a project has set no audit")
    audit_votes_per_day: int = Field(default=300, ge=0)
    waiting_limit: int = Field(
        default=100_000, ge=0, description="samples of one project kept while it has no guideline"
    )
    window_tick_s: float = Field(default=0.5, gt=0, description="between two looks for overdue windows")
