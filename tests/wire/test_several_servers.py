"""SHOAL_KAFKA_BOOTSTRAP names several brokers: one that answers is enough for every kind of client."""

from collections.abc import Sequence

import pytest

from shoal.messaging import Consumer, Received, Rejection
from shoal.messaging.clients.reachability import reachability_of
from shoal_local.ports import HOST, free_port
from wire.wirekit import connected, eventually, kafka_settings, messages, new_topic, number, on_broker

pytestmark = pytest.mark.kafka


async def test_a_service_works_although_the_first_broker_of_the_list_is_away(kafka_bootstrap: str) -> None:
    settings = kafka_settings(f"{HOST}:{free_port()}, {kafka_bootstrap},")
    topic = await new_topic(settings)
    numbers: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        numbers.extend(map(number, batch))
        return ()

    async with connected(settings) as messaging:
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        await messaging.publisher.publish(messages(topic, 3))
        await eventually(lambda: sorted(numbers) == [0, 1, 2])
    assert len(await on_broker(settings, topic.name)) == 3
    assert await reachability_of(settings, "wire").answers()
