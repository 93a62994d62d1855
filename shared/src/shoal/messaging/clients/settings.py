"""The settings of Kafka clients, read from SHOAL_KAFKA_* once when a process starts."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseSettings):
    """Settings of Kafka clients.

    `idempotence` is off only for the embedded broker, which refuses InitProducerId. That broker also delays
    every member that joins a group by half of `session_timeout_ms`, so 6 s suit it better. `ssl_cafile`: PEM
    certificates to trust instead of the system's. `ssl_certfile` and `ssl_keyfile`: the client's certificate
    and key, if Kafka requires them. Passwords never appear in a repr.
    """

    model_config = SettingsConfigDict(env_prefix="SHOAL_KAFKA_", frozen=True, extra="ignore")

    bootstrap: str = Field(
        default="127.0.0.1:9092", description="Brokers as `host:port`, separated by commas."
    )
    idempotence: bool = Field(
        default=True, description="Publish idempotently; turn it off only for the embedded broker."
    )
    compression: Literal["lz4", "gzip", "none"] = Field(default="lz4", description="Compression of batches.")
    linger_ms: int = Field(
        default=5, ge=0, le=1000, description="Time that a batch waits for more records, in milliseconds."
    )
    max_batch_bytes: int = Field(default=256 * 1024, ge=1024, description="Largest batch, in bytes.")
    provision_topics: bool = Field(default=True, description="Create missing topics at the start.")
    replication_factor: int = Field(
        default=1,
        ge=1,
        description="Replicas of the topics that are created; from 3 on, two of them must have a record before "
        "it is acknowledged.",
    )
    session_timeout_ms: int = Field(
        default=30_000,
        ge=1_000,
        description="Time after which a silent consumer loses its partitions, in milliseconds.",
    )
    delivery_timeout_ms: int = Field(
        default=15_000, ge=1_000, description="Longest time to deliver a record, in milliseconds."
    )
    graceful_timeout_s: float = Field(
        default=20.0, gt=0, description="Time to finish batches when the process stops, in seconds."
    )
    longest_pause_s: float = Field(
        default=300.0,
        ge=0,
        description="Longest pause of a consumer that cannot decode or handle records of several projects, in "
        "seconds; 0 never pauses and sends all of them to the dead letters.",
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="Security protocol of connections (docs/kafka-security.md)."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="PLAIN", description="SASL mechanism, which verifies the password."
    )
    sasl_username: str | None = Field(default=None, description="User name; required with SASL.")
    sasl_password: SecretStr | None = Field(default=None, description="Password; required with SASL.")
    ssl_cafile: str | None = Field(
        default=None, description="PEM file of certificates to trust; by default those of the system."
    )
    ssl_certfile: str | None = Field(
        default=None, description="PEM file of the client's certificate, for mutual TLS."
    )
    ssl_keyfile: str | None = Field(
        default=None, description="PEM file of the client's key; the certificate's file may contain it."
    )

    @property
    def servers(self) -> list[str]:
        """Return the address of each broker that `bootstrap` names."""
        return [server for part in self.bootstrap.split(",") if (server := part.strip())]

    @property
    def publish_timeout_s(self) -> float:
        """Return the longest wait of a publisher, for room in its buffer and then for delivery."""
        return 2 * self.delivery_timeout_ms / 1000
