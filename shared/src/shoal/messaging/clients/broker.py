"""The only module that builds Kafka clients, so that all of them have the settings that prevent data loss."""

import logging
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import AIOKafkaConnection, collect_hosts
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from shoal.messaging.clients.renewing import RenewingContext
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.clients.workarounds.available_brokers import install_available_brokers
from shoal.messaging.clients.workarounds.closed_connections import install_closed_connections
from shoal.messaging.clients.workarounds.known_refusals import install_known_refusals
from shoal.messaging.clients.workarounds.lasting_metadata import install_lasting_metadata
from shoal.messaging.clients.workarounds.tolerant_records import install_tolerant_records
from shoal.messaging.errors import AccessRefused

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
DEAD_LETTER_ROOM_BYTES = 64 * 1024  # the largest record must still fit with the headers of a dead letter
REQUEST_TIMEOUT_MS = (
    40_000  # above the rebalance timeout: a JoinGroup is answered when the slowest member joined
)
REBALANCE_TIMEOUT_MS = 30_000
METADATA_AGE_MS = 30_000  # new partitions are read that soon; with Kafka's default after up to 5 minutes
LOGGER = logging.getLogger("shoal.messaging.faststream")

install_available_brokers()
install_closed_connections()
install_known_refusals()
install_lasting_metadata()
install_tolerant_records()

_SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def kafka_broker(settings: KafkaSettings, client_id: str) -> KafkaBroker:
    """Return a broker for subscribers only; messages are published with `kafka_producer`.

    NACK_ON_ERROR: records whose handler fails stay on the topic. No FastDepends: handlers get raw records.
    """
    return KafkaBroker(
        settings.servers,  # FastStream takes a text for one server, whatever commas it has
        client_id=client_id,
        consumer_only=True,
        allow_auto_create_topics=False,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        metadata_max_age_ms=METADATA_AGE_MS,
        graceful_timeout=settings.graceful_timeout_s,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        security=_security_of(settings),
        logger=LOGGER,
        log_level=logging.DEBUG,
        apply_types=False,
    )


def kafka_producer(settings: KafkaSettings, client_id: str) -> AIOKafkaProducer:
    """Return an unstarted producer that waits until all in-sync replicas have a record."""
    return AIOKafkaProducer(
        **_client_options(settings, client_id) | {"request_timeout_ms": settings.delivery_timeout_ms},
        acks="all",
        enable_idempotence=settings.idempotence,
        compression_type=None if settings.compression == "none" else settings.compression,
        linger_ms=settings.linger_ms,
        max_batch_size=settings.max_batch_bytes,
        max_request_size=MAX_MESSAGE_BYTES + DEAD_LETTER_ROOM_BYTES,
    )


def kafka_reader(settings: KafkaSettings, client_id: str, *topics: str) -> AIOKafkaConsumer:
    """Return an unstarted consumer without a group.

    It reads all partitions of `topics` from the beginning; without topics, the partitions that the caller
    assigns.
    """
    return AIOKafkaConsumer(
        *topics,
        **_client_options(settings, client_id),
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )


def kafka_group_reader(settings: KafkaSettings, client_id: str, group: str) -> AIOKafkaConsumer:
    """Return an unstarted consumer that sees the commits of `group` without being its member."""
    return AIOKafkaConsumer(
        **_client_options(settings, client_id),
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )


def kafka_single_reader(settings: KafkaSettings, client_id: str) -> AIOKafkaConsumer:
    """Return an unstarted consumer without a group that fetches as little as Kafka can send: one batch."""
    return AIOKafkaConsumer(
        **_client_options(settings, client_id),
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=1,
    )


def kafka_subscribed_reader(
    settings: KafkaSettings, client_id: str, group: str, *topics: str
) -> AIOKafkaConsumer:
    """Return an unstarted member of `group`, for a tool; the group assigns a partition to one member only."""
    return AIOKafkaConsumer(
        *topics,
        **_client_options(settings, client_id),
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.session_timeout_ms // 3,
        rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
    )


def kafka_admin(settings: KafkaSettings, client_id: str) -> AIOKafkaAdminClient:
    """Return an unstarted admin client."""
    return AIOKafkaAdminClient(**_client_options(settings, client_id))


def kafka_connections(settings: KafkaSettings, client_id: str) -> list[AIOKafkaConnection]:
    """Return an unopened connection to each bootstrap server."""
    options = _client_options(settings, client_id)
    del options["bootstrap_servers"], options["metadata_max_age_ms"]
    return [AIOKafkaConnection(host, port, **options) for host, port, _ in collect_hosts(settings.servers)]


def _client_options(settings: KafkaSettings, client_id: str) -> dict[str, Any]:
    return {
        "bootstrap_servers": settings.servers,
        "client_id": client_id,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
        "metadata_max_age_ms": METADATA_AGE_MS,
        **parse_security(_security_of(settings)),
    }


def _security_of(settings: KafkaSettings) -> BaseSecurity | None:
    if settings.security_protocol == "PLAINTEXT":
        return None
    tls = settings.security_protocol.endswith("SSL")
    context = RenewingContext.of(settings) if tls else None
    if not settings.security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context, use_ssl=tls)
    if settings.sasl_username is None or settings.sasl_password is None:
        raise AccessRefused(
            f"SHOAL_KAFKA_SECURITY_PROTOCOL={settings.security_protocol} needs SHOAL_KAFKA_SASL_USERNAME and "
            "SHOAL_KAFKA_SASL_PASSWORD"
        )
    password = settings.sasl_password.get_secret_value()
    return _SASL[settings.sasl_mechanism](
        username=settings.sasl_username, password=password, ssl_context=context, use_ssl=tls
    )
