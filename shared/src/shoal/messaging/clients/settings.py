"""How to reach Kafka; read once from SHOAL_KAFKA_* by whoever starts a process."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseSettings):
    """Kafka clients' settings.

    `idempotence` is off only for the embedded broker, which refuses InitProducerId. That broker also holds
    every member that joins a group for half of `session_timeout_ms`, so that 6 s suit it better.
    `ssl_cafile`: PEM certificates to trust instead of the system's; `ssl_certfile` and `ssl_keyfile`: who we are,
    where Kafka asks for a client's certificate. Passwords never appear in a repr.
    """

    model_config = SettingsConfigDict(env_prefix="SHOAL_KAFKA_", frozen=True, extra="ignore")

    bootstrap: str = "127.0.0.1:9092"
    idempotence: bool = True
    compression: Literal["lz4", "gzip", "none"] = "lz4"
    linger_ms: int = Field(default=5, ge=0, le=1000)
    max_batch_bytes: int = Field(default=256 * 1024, ge=1024)
    provision_topics: bool = True
    replication_factor: int = Field(default=1, ge=1)
    session_timeout_ms: int = Field(default=30_000, ge=1_000)
    delivery_timeout_ms: int = Field(default=15_000, ge=1_000)
    graceful_timeout_s: float = Field(default=20.0, gt=0)
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None

    @property
    def publish_timeout_s(self) -> float:
        """Return how long a publisher waits at most: for room in its buffer, and then for delivery."""
        return 2 * self.delivery_timeout_ms / 1000
