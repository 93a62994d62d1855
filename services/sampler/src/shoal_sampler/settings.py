"""Settings of the sampler, from SHOAL_ variables, read once."""

from typing import ClassVar

from pydantic import Field, SecretStr

from shoal.runtime import ServiceSettings
from shoal.runtime.settings import UnsafeSettings

_OWN_MACHINE = "a salt for one's own machine"


class SamplerSettings(ServiceSettings):
    """What every service has, and what only this one needs."""

    SERVICE: ClassVar[str] = "sampler"
    DEPENDENCIES: ClassVar[tuple[str, ...]] = ("kafka", "postgres", "qdrant")

    qdrant_url: str = Field(
        default="http://127.0.0.1:6333",
        description="Address of Qdrant. Only its host is used; the connection is gRPC.",
    )
    qdrant_grpc_port: int = Field(default=6334, ge=1, le=65_535, description="gRPC port of Qdrant.")
    qdrant_api_key: SecretStr | None = Field(default=None, description="API key of Qdrant.")
    audit_salt: SecretStr = Field(
        default=SecretStr(_OWN_MACHINE),
        min_length=16,
        max_length=64,
        description="Key of the random draws. Keep it secret and never change it: past draws would lose their meaning. "
        "Required with SHOAL_ADMIN_KEY.",
    )
    audit_rate: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Share of samples that the audit takes in projects that set no audit.",
    )
    audit_votes_per_day: int = Field(
        default=300, ge=0, description="Budget of the audit in votes a day, in projects that set no audit."
    )
    waiting_limit: int = Field(
        default=100_000,
        ge=0,
        description="Most samples of a project that are stored while it has no guideline or no campaign.",
    )
    first_campaign_wait_s: float = Field(
        default=3600.0,
        ge=0,
        description="Longest time that samples wait for the first campaign of their project, in seconds; the "
        "limit of waiting samples applies as well.",
    )
    window_tick_s: float = Field(
        default=0.5, gt=0, description="Time between two checks for windows to close, in seconds."
    )

    def check_safety(self) -> None:
        """Raise UnsafeSettings, also if everybody could compute the draws while keys are on."""
        super().check_safety()
        if self.admin_key is not None and self.audit_salt.get_secret_value() == _OWN_MACHINE:
            raise UnsafeSettings(
                "SHOAL_ADMIN_KEY is set and SHOAL_AUDIT_SALT is not: set a secret text of 16 to 64 characters"
            )
