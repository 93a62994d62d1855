"""Kafka goes away under a running service: readiness says so in every role, whatever it reads."""

import asyncio
import os
from collections.abc import Iterator, Sequence

import pytest

from shoal.messaging import Broadcast, Consumer, PublishFailed, Received, Rejection
from shoal_local.servers.broker import TansuBroker
from shoal_local.stack import Stack
from wire.wirekit import connected, eventually, kafka_settings, messages, new_topic

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
