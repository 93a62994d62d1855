"""A compacted topic as a table in memory."""

from dataclasses import replace

import pytest

from shoal.messaging import Broadcast, Received
from wire.wirekit import connected, eventually, kafka_settings, message, messages, new_topic, number

pytestmark = pytest.mark.kafka


async def test_a_broadcast_reads_from_the_beginning_and_follows(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings, partitions=2)
    table: dict[int, int] = {}

    def apply(received: Received) -> None:
        table[number(received)] = received.offset

    broadcast = Broadcast(topic, apply)
    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 20))
        await messaging.start(broadcasts=[broadcast])
        await broadcast.caught_up()
        assert set(table) == set(range(20))
        assert messaging.health()[0].ready
        await messaging.publisher.publish([message(topic, 20)])
        await eventually(lambda: 20 in table)


async def test_an_empty_topic_is_caught_up_with(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    broadcast = Broadcast(await new_topic(settings), lambda received: None)
    async with connected(settings) as messaging:
        await messaging.start(broadcasts=[broadcast])
        await eventually(lambda: broadcast.is_caught_up)


async def test_what_cannot_be_read_or_applied_hides_nothing_after_it(kafka_bootstrap: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    numbers: list[int] = []

    def apply(received: Received) -> None:
        if number(received) == 1:
            raise LookupError
        numbers.append(number(received))

    broadcast = Broadcast(topic, apply)
    async with connected(settings) as messaging:
        bad = replace(message(topic, 9), value=b"\xc1")
        await messaging.publisher.publish([bad, *messages(topic, 3)])
        await messaging.start(broadcasts=[broadcast])
        await broadcast.caught_up()
    assert numbers == [0, 2]
