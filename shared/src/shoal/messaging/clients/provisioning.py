"""Create topics from the registry, never from a client's misspelled name."""

from collections.abc import Iterable

import structlog
from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shoal.contracts.topics import DEAD_LETTER_RETENTION_HOURS, TOPICS, Topic
from shoal.messaging.clients.broker import DEAD_LETTER_ROOM_BYTES, MAX_MESSAGE_BYTES, kafka_admin
from shoal.messaging.clients.settings import KafkaSettings

IN_SYNC_REPLICAS = 2
"""Copies of a record before it counts as written, where a topic has three or more: one broker may be away."""
_HOUR_MS = 3_600_000
_log = structlog.get_logger("shoal.messaging")


async def create_topics(settings: KafkaSettings, topics: Iterable[Topic] | None = None) -> None:
    """Create missing topics and dead-letter topics; existing ones stay unchanged.

    Raises KafkaError if the broker refuses one.
    """
    required = new_topics(TOPICS.values() if topics is None else topics, settings.replication_factor)
    admin = kafka_admin(settings, "shoal-provision")
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [topic for topic in required if topic.name not in existing]
        if missing:
            _check_response(await admin.create_topics(missing))
    finally:
        await admin.close()


def new_topics(topics: Iterable[Topic], replication: int) -> list[NewTopic]:
    """Return every topic to create, with its dead-letter topics.

    With three replicas or more, Kafka takes a record only while two have it: with one, its own default, a
    record that was acknowledged may be on a single disk.
    """
    created = []
    for topic in topics:
        cleanup = (
            {"cleanup.policy": "compact"} if topic.compacted else _retention_settings(topic.retention_hours)
        )
        settings = _topic_settings(MAX_MESSAGE_BYTES, cleanup, replication)
        created.append(NewTopic(topic.name, topic.partitions, replication, topic_configs=settings))
        for name in topic.dead_letters:
            limit = MAX_MESSAGE_BYTES + DEAD_LETTER_ROOM_BYTES
            cleanup = _retention_settings(DEAD_LETTER_RETENTION_HOURS)
            settings = _topic_settings(limit, cleanup, replication)
            created.append(NewTopic(name, 1, replication, topic_configs=settings))
    return created


def _retention_settings(hours: int) -> dict[str, str]:
    return {"cleanup.policy": "delete", "retention.ms": str(hours * _HOUR_MS)}


def _topic_settings(limit: int, cleanup: dict[str, str], replication: int) -> dict[str, str]:
    in_sync = {"min.insync.replicas": str(IN_SYNC_REPLICAS)} if replication > IN_SYNC_REPLICAS else {}
    return {"max.message.bytes": str(limit), **cleanup, **in_sync}


def _check_response(response: object) -> None:
    for name, code, *rest in response.topic_errors:  # type: ignore[attr-defined]
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:  # another service may have created it meanwhile
            raise error(f"topic {name}: {rest[0] if rest else code}")
        _log.info("topic_created", topic=name)
