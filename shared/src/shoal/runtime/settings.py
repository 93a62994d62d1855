"""What every service is told by its environment, read once; Kafka's part is shoal.messaging.KafkaSettings."""

from typing import ClassVar, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """SHOAL_ variables; a service's own settings are a subclass that names the service."""

    SERVICE: ClassVar[str] = "shoal"  # in logs, metrics, consumer and client names

    model_config = SettingsConfigDict(env_prefix="SHOAL_", frozen=True, extra="ignore")

    role: Literal["http", "worker", "all"] = Field(
        default="all", description="http serves requests, worker consumes topics, all does both"
    )
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65_535, description="0: any free port")
    admin_host: str = "127.0.0.1"
    admin_port: int = Field(default=9090, ge=0, le=65_535, description="health and metrics; 0: any free port")
    admin_key: SecretStr | None = Field(
        default=None, description="a key that may do everything; without one, nobody needs a key"
    )
    postgres_dsn: str = "postgresql://127.0.0.1:5432/shoal"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "console"
    graceful_timeout_s: float = Field(default=20.0, gt=0, description="for requests and batches in flight")
    connect_timeout_s: float = Field(default=60.0, gt=0, description="for Kafka at the start")
