"""The lag of a consumer group in records and in seconds, on a real broker."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from shoal.contracts.topics import Topic
from shoal.messaging import Consumer, KafkaSettings, OutgoingMessage, Received, Rejection
from shoal.messaging.clients.times import RecordTimes
from shoal.messaging.consuming import lag
from wire.wirekit import connected, eventually, kafka_settings, message, messages, new_topic

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]


@pytest.fixture
def settings(kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> KafkaSettings:
    monkeypatch.setattr(lag, "INTERVAL_S", 0.2)
    return kafka_settings(kafka_bootstrap)


def value(name: str, topic: Topic, **labels: str) -> float | None:
    labels = {"topic": topic.name, "group": topic.groups[0], **labels}
    return REGISTRY.get_sample_value(f"shoal_messaging_{name}", labels)


async def test_lag_in_seconds_is_the_age_of_the_oldest_record_in_hand_or_waiting(
    settings: KafkaSettings,
) -> None:
    topic = await new_topic(settings)
    free = asyncio.Event()

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        await free.wait()
        return []

    consumer = Consumer(topic=topic, group=topic.groups[0], handle=handle, max_records=2)
    async with connected(settings) as messaging:
        began = time.time()
        await messaging.publisher.publish(messages(topic, 5))
        sent = time.time()
        await messaging.start([consumer])
        await eventually(lambda: value("lag_records", topic, partition="0") == 5)
        await asyncio.sleep(1.5)

        def is_its_age() -> bool:
            """Return whether it is, as it was at most a second ago; the record is of between both times."""
            age = value("lag_seconds", topic, partition="0") or 0
            return time.time() - sent - 1 < age <= time.time() - began

        await eventually(is_its_age)
        free.set()
        await eventually(lambda: value("lag_records", topic, partition="0") == 0)
        await eventually(lambda: value("lag_seconds", topic, partition="0") == 0)
        assert value("assigned_partitions", topic) == 1
        assert (value("rebalances_total", topic) or 0) >= 1
        assert value("commit_failures_total", topic) == 0


async def test_the_age_of_a_record_that_no_consumer_holds_is_read_from_kafka(
    settings: KafkaSettings,
) -> None:
    """A group that cannot begin, as after a restart into an outage, has its true age."""
    topic = await new_topic(settings, partitions=2)
    times = RecordTimes(settings, "wire-times")
    async with connected(settings) as messaging:
        for number in range(20):
            await messaging.publisher.publish([large(message(topic, number))])
            await asyncio.sleep(0.02)
        told = time.time()
        for partition in (TopicPartition(topic.name, 0), TopicPartition(topic.name, 1)):
            first, later = await times.read_time(partition, 0), await times.read_time(partition, 2)
            assert first is not None
            assert later is not None
            assert told - 60 < first < later <= told
            assert await times.read_time(partition, 0) == first
    await times.close()


def large(record: OutgoingMessage) -> OutgoingMessage:
    """Return a record larger than what the reader asks Kafka for."""
    return replace(record, headers=(*record.headers, ("filler", b"x" * 100_000)))
