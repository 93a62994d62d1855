"""Pending dead letters as a metric: the same numbers as `shoal dlq`, by reason, on a real broker."""

from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY

from shoal.contracts.topics import Topic
from shoal.messaging import Consumer, KafkaSettings, Received, Rejection
from shoal.messaging.dead_letters.replay import count_letters, replay_letters
from wire.wirekit import connected, eventually, kafka_settings, messages, new_topic, number

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]


@pytest.fixture
def settings(kafka_bootstrap: str) -> KafkaSettings:
    return kafka_settings(kafka_bootstrap)


def pending(topic: Topic) -> dict[str, float]:
    """Return the pending letters by reason, without zeros."""
    name = "shoal_messaging_pending_dead_letters"
    return {
        sample.labels["reason"]: sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == name and sample.labels["topic"] == topic.name and sample.value
    }


def series(topic: Topic) -> int:
    """Return how many series of the metric a topic has."""
    return sum(
        sample.name == "shoal_messaging_pending_dead_letters" and sample.labels["topic"] == topic.name
        for family in REGISTRY.collect()
        for sample in family.samples
    )


async def test_pending_letters_are_those_of_the_command_by_reason(settings: KafkaSettings) -> None:
    topic = await new_topic(settings)
    dlq = topic.dead_letters[0]
    is_mended = False

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        if is_mended:
            return []
        reasons = {0: "bad_vector", 1: "no_encoder", 2: "of_another_release"}
        return [Rejection(each, reasons[number(each) % 3], "test") for each in batch if number(each) < 9]

    consumer = Consumer(topic=topic, group=topic.groups[0], handle=handle)
    async with connected(settings) as messaging:
        await messaging.start([consumer])
        await messaging.measure_dead_letters()
        assert (pending(topic), series(topic) > 0) == ({}, True)

        await messaging.publisher.publish(messages(topic, 20))

        async def are_there() -> bool:
            return (await count_letters(settings, dlq)).pending == 9

        await eventually(are_there)
        for _ in range(2):
            await messaging.measure_dead_letters()
            assert pending(topic) == {"bad_vector": 3, "no_encoder": 3, "other": 3}

        is_mended = True
        await replay_letters(settings, messaging.publisher, dlq, limit=4)
        await messaging.measure_dead_letters()
        assert sum(pending(topic).values()) == (await count_letters(settings, dlq)).pending == 5
        await replay_letters(settings, messaging.publisher, dlq)
        await messaging.measure_dead_letters()
        assert pending(topic) == {}


async def test_a_replica_that_starts_reads_the_letters_that_are_there(
    settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has no time to read is counted without a reason, and read later."""
    topic = await new_topic(settings)

    async def refuse(batch: Sequence[Received]) -> Sequence[Rejection]:
        return [Rejection(each, "bad_vector", "test") for each in batch]

    consumer = Consumer(topic=topic, group=topic.groups[0], handle=refuse)
    async with connected(settings) as messaging:
        await messaging.start([consumer])
        await messaging.publisher.publish(messages(topic, 30))

        async def are_there() -> bool:
            return (await count_letters(settings, topic.dead_letters[0])).pending == 30

        await eventually(are_there)
    async with connected(settings) as messaging:
        await messaging.start([consumer])
        with monkeypatch.context() as patch:
            patch.setattr("shoal.messaging.dead_letters.counting.MOST_READ", 10)
            await messaging.measure_dead_letters()
            assert pending(topic)["bad_vector"] == 10
            assert pending(topic)["(unread)"] > 0
        await messaging.measure_dead_letters()
        assert pending(topic) == {"bad_vector": 30}


async def test_a_replica_without_the_first_partition_exports_nothing(settings: KafkaSettings) -> None:
    topic = await new_topic(settings)

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        return []

    async with connected(settings) as messaging:
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        await messaging.measure_dead_letters()
        assert series(topic) > 0
        messaging._subscriptions[0].consumer = Consumer(topic=topic, group="another", handle=handle)
        await messaging.measure_dead_letters()
        assert series(topic) == 0
