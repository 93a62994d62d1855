"""Kafka goes away under a running service: readiness says so in every role, whatever it reads."""

import asyncio
import os
from collections.abc import Iterator, Sequence

import pytest

from shoal.messaging import Broadcast, Consumer, PublishFailed, Received, Rejection
from shoal.messaging.clients.provisioning import create_topics
from shoal_local.servers.broker import TansuBroker
from shoal_local.stack import Stack
from wire.wirekit import connected, eventually, kafka_settings, messages, new_topic, number

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        os.environ.get("SHOAL_KAFKA") == "apache" or bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")),
        reason="kills its embedded broker",
    ),
]


@pytest.fixture
def broker() -> Iterator[TansuBroker]:
    with Stack(servers=frozenset({"kafka"})) as stack:
        kafka = stack.servers["kafka"]
        assert isinstance(kafka, TansuBroker)
        yield kafka


async def test_readers_and_consumers_are_not_ready_and_nothing_is_acknowledged(broker: TansuBroker) -> None:
    settings = kafka_settings(broker.bootstrap).model_copy(update={"delivery_timeout_ms": 2000})
    topic = await new_topic(settings)
    table = await new_topic(settings)

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        return ()

    async with connected(settings) as messaging:
        broadcast = Broadcast(table, lambda received: None)
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)], [broadcast])
        await eventually(lambda: all(part.ready for part in messaging.health()))
        await asyncio.to_thread(broker.child.kill)
        with pytest.raises(PublishFailed):
            await messaging.publisher.publish(messages(topic, 1))
        await eventually(lambda: not any(part.ready for part in messaging.health()))
        assert all(part.alive and part.detail for part in messaging.health())  # a restart would not help


async def test_kafka_lost_between_connecting_and_joining_is_waited_for(broker: TansuBroker) -> None:
    settings = kafka_settings(broker.bootstrap)
    topic = await new_topic(settings)
    numbers: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        numbers.extend(map(number, batch))
        return ()

    async with connected(settings) as messaging:
        await asyncio.to_thread(broker.child.kill)
        joining = asyncio.create_task(
            messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        )
        await eventually(lambda: "Kafka does not answer" in messaging.fault())
        assert not joining.done()
        await asyncio.to_thread(broker.start)
        await create_topics(settings, [topic])  # this broker's log is in memory
        await asyncio.wait_for(joining, 120)
        async with connected(settings) as other:
            await other.publisher.publish(messages(topic, 3))
        await eventually(lambda: numbers == [0, 1, 2])
