"""Tasks inside a Kafka client: an error does not end the reading of metadata; an ended task is noticed."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import uvloop
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest

from shoal.messaging import Consumer, Received, Rejection
from shoal.messaging.clients.broker import kafka_admin, kafka_connections, kafka_subscribed_reader
from shoal.messaging.clients.offsets import topic_partitions
from shoal.messaging.dead_letters.pending import PendingLetters
from wire.wirekit import connected, eventually, kafka_settings, messages, new_topic

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]


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
    reader = kafka_subscribed_reader(settings, "wire", topic.groups[0], topic.name)
    await reader.start()
    client = reader._client
    update = client._metadata_update

    async def fail_once(*arguments: Any) -> Any:
        client._metadata_update = update
        raise KeyError("a connection that is gone")

    client._metadata_update = fail_once
    try:
        assert await asyncio.wait_for(client.force_metadata_update(), 120) is False
        assert await asyncio.wait_for(client.force_metadata_update(), 120) is True
    finally:
        await asyncio.wait_for(reader.stop(), 120)


async def test_a_client_starts_when_kafka_names_a_broker(
    kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = kafka_settings(kafka_bootstrap)
    names_none = 3
    update = ClusterMetadata.update_metadata

    def name_brokers(cluster: ClusterMetadata, metadata: Any) -> None:
        nonlocal names_none
        names_none -= 1
        if names_none >= 0:
            metadata.brokers = []  # as Kafka does after its start, and while its brokers are fenced
        update(cluster, metadata)

    monkeypatch.setattr(ClusterMetadata, "update_metadata", name_brokers)
    topic = await new_topic(settings)
    assert names_none < 0
    assert len(await topic_partitions(settings, topic.name)) == topic.partitions


async def test_a_start_without_any_broker_says_so(
    kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClusterMetadata, "update_metadata", lambda cluster, metadata: None)
    monkeypatch.setattr("shoal.messaging.clients.broker.REQUEST_TIMEOUT_MS", 1500)
    admin = kafka_admin(kafka_settings(kafka_bootstrap), "wire")
    with pytest.raises(KafkaConnectionError, match="names no broker"):
        await admin.start()


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


async def test_a_stop_does_not_wait_for_a_client_that_cannot_close(
    kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait_for_kafka(_: PendingLetters) -> None:
        await asyncio.sleep(3600)  # as aiokafka does while Kafka does not answer

    async def handle(_: Sequence[Received]) -> Sequence[Rejection]:
        return ()

    monkeypatch.setattr(PendingLetters, "close", wait_for_kafka)
    settings = kafka_settings(kafka_bootstrap)
    topic = await new_topic(settings)
    async with connected(settings) as messaging:
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        async with asyncio.timeout(120):  # of an hour
            await messaging.stop()
