"""The settings of every service, read from the environment; Kafka's are in shoal.messaging.KafkaSettings."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shoal.runtime.loopback import is_loopback

SHORTEST_KEY = 16
"""Characters of an administrator's key: shorter ones can be guessed."""

SHORTEST_PATIENCE_S = 120.0
"""Least SHOAL_STUCK_S: every call to PostgreSQL, Qdrant and Kafka ends within that time."""


def check_patience(seconds: float) -> float:
    """Return SHOAL_STUCK_S. Raises ValueError for one that would restart services while a server is away."""
    if not seconds >= SHORTEST_PATIENCE_S:
        raise ValueError(
            f"SHOAL_STUCK_S must be at least {SHORTEST_PATIENCE_S:g}: a call to a server that is "
            "away may take so long, and Kubernetes would restart every replica during an outage"
        )
    return seconds


class UnsafeSettings(Exception):
    """Settings that would open the service to others; the text names the settings and the fix."""


class ServiceSettings(BaseSettings):
    """Settings from SHOAL_ variables; a service adds its settings in a subclass that names the service."""

    DEPENDENCIES: ClassVar[tuple[str, ...]] = ("kafka",)  # the servers of shoal_dependency_up
    SERVICE: ClassVar[str] = "shoal"  # used in logs, metrics, and the names of consumers and clients

    model_config = SettingsConfigDict(env_prefix="SHOAL_", frozen=True, extra="ignore")

    role: Literal["http", "worker", "all"] = Field(
        default="all", description="`http` serves requests, `worker` consumes topics, `all` does both."
    )
    http_host: str = Field(default="127.0.0.1", description="Address of the HTTP API.")
    http_port: int = Field(
        default=8080, ge=0, le=65_535, description="Port of the HTTP API; 0 takes a free one."
    )
    admin_host: str = Field(default="127.0.0.1", description="Address of health checks and metrics.")
    admin_port: int = Field(
        default=9090, ge=0, le=65_535, description="Port of health checks and metrics; 0 takes a free one."
    )
    admin_key: SecretStr | None = Field(
        default=None,
        description="Administrator's key, which has every permission. Without it, requests need no key.",
    )
    admin_key_second: SecretStr | None = Field(
        default=None,
        description="Another administrator's key that is accepted too: to change the key without refusing a request.",
    )
    allow_no_keys: bool = Field(
        default=False,
        description="Serve without keys on an address that other machines can reach, behind a proxy that checks "
        "its callers itself.",
    )
    ingest_url: str = Field(
        default="",
        description="Address of the ingest service, where the others learn about revoked keys while Kafka is "
        "away. Without it they learn about them through Kafka only.",
    )
    postgres_dsn: str = Field(
        default="postgresql://127.0.0.1:5432/shoal", description="Address of PostgreSQL."
    )
    retention_days: int = Field(
        default=180,
        ge=90,
        le=36_500,
        description="Days that the database keeps rows which nothing needs any longer (docs/retention.md). It must "
        "exceed the time that Kafka keeps a record and its dead letter, 60 days in all: a record that is read "
        "again has no second effect because its rows are still there.",
    )
    migrate: Literal["start", "wait"] = Field(
        default="start",
        description="`start` applies missing migrations when the service starts; `wait` waits until "
        "`shoal migrate` has applied them.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level of log entries."
    )
    log_format: Literal["json", "console"] = Field(
        default="console", description="`json` for machines, `console` for people."
    )
    traces_url: str = Field(
        default="",
        pattern=r"^(https?://.+)?$",
        description="Address that takes traces by OTLP over HTTP, such as `http://collector:4318/v1/traces`. Without "
        "it, none are exported.",
    )
    traces_ratio: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Share of samples that are traced, the same ones in every service.",
    )
    graceful_timeout_s: float = Field(
        default=20.0,
        gt=0,
        description="Time to finish requests and batches when the process stops, in seconds.",
    )
    stuck_s: Annotated[float, AfterValidator(check_patience)] = Field(
        default=300.0,
        json_schema_extra={"minimum": SHORTEST_PATIENCE_S},
        description="Longest time without progress of a batch, of a background pass, or between two polls of a "
        "consumer, in seconds; then /livez fails and Kubernetes restarts the process. Waiting for a server "
        "that is away is progress, but it may take two minutes to notice that it is.",
    )
    metrics_interval_s: float = Field(
        default=15.0,
        gt=0,
        description="Time between two readings of the metrics that come from PostgreSQL or Kafka, in seconds.",
    )

    def check_safety(self) -> None:
        """Raise UnsafeSettings if others could use the service without a key, or with one they can guess."""
        if self.admin_key is None and self.admin_key_second is not None:
            raise UnsafeSettings("SHOAL_ADMIN_KEY_SECOND is set and SHOAL_ADMIN_KEY is not: set both")
        is_open = self.role != "worker" and not (is_loopback(self.http_host) or self.allow_no_keys)
        if self.admin_key is None and is_open:
            raise UnsafeSettings(
                f"SHOAL_HTTP_HOST is {self.http_host}, and requests need no key: set SHOAL_ADMIN_KEY, or "
                "SHOAL_HTTP_HOST to 127.0.0.1, or SHOAL_ALLOW_NO_KEYS to true"
            )
        for name, key in (("KEY", self.admin_key), ("KEY_SECOND", self.admin_key_second)):
            if key is not None and len(key.get_secret_value()) < SHORTEST_KEY:
                raise UnsafeSettings(f"SHOAL_ADMIN_{name} has fewer than {SHORTEST_KEY} characters")
