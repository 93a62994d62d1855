"""Tasks inside a Kafka client: an error does not end the reading of metadata; an ended task is noticed."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import uvloop
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest

from shoal.messaging import Consumer, Received, Rejection
from shoal.messaging.clients.broker import kafka_connections, kafka_subscribed_reader
from wire.wirekit import connected, eventually, kafka_settings, messages, new_topic

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]


def test_a_request_on_a_connection_that_was_reset_raises_what_clients_expect(kafka_bootstrap: str) -> None:
    async def send_after_reset() -> None:
        (connection,) = kafka_connections(kafka_settings(kafka_bootstrap), "wire")
        await connection.connect()
        await connection.send(ApiVersionRequest())
        connection._writer.transport.abort()
        with pytest.raises(KafkaConnectionError, match="broken"):
            while True:  # until the transport is closed, before the reader of the connection knows
                connection.send(ApiVersionRequest(), expect_response=False).close()
                await asyncio.sleep(0)
        assert not connection.connected()

    uvloop.run(send_after_reset())  # services run on uvloop


async def test_metadata_are_read_again_after_an_error_that_aiokafka_does_not_expect(
    kafka_bootstrap: str,
) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    reader = kafka_subscribed_reader(settings, "wire", topic.name, topic.groups[0])
    await reader.start()
    client = reader._client
    update = client._metadata_update

    async def fail_once(*arguments: Any) -> Any:
        client._metadata_update = update
        raise KeyError("a connection that is gone")

    client._metadata_update = fail_once
    try:
        assert await asyncio.wait_for(client.force_metadata_update(), 20) is False
        assert await asyncio.wait_for(client.force_metadata_update(), 20) is True
    finally:
        await asyncio.wait_for(reader.stop(), 20)


@pytest.mark.parametrize("task", ["_coordinator._coordination_task", "_fetcher._fetch_task"])
async def test_a_consumer_whose_client_ended_inside_is_not_alive(kafka_bootstrap: str, task: str) -> None:
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    handled: list[int] = []

    async def handle(batch: Sequence[Received]) -> Sequence[Rejection]:
        handled.extend(range(len(batch)))
        return ()

    async with connected(settings) as messaging:
        await messaging.publisher.publish(messages(topic, 1))
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        await eventually(lambda: len(handled) == 1)
        assert [health.alive for health in messaging.health()] == [True]
        part, name = task.split(".")
        client: Any = messaging._subscriptions[0].client
        getattr(getattr(client, part), name).cancel()
        await eventually(lambda: not messaging.health()[0].alive)
        assert "the Kafka client's" in messaging.health()[0].detail
