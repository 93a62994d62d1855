"""What suites over a real socket share: topics of their own, samples, views of what the broker holds."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shoal.contracts import topics
from shoal.contracts.samples import Content, SampleIngested
from shoal.contracts.topics import Topic
from shoal.messaging import KafkaSettings, Messaging, OutgoingMessage, Received, RetryPolicy, connect, encode
from shoal.messaging.clients.broker import kafka_group_reader
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.messaging.clients.provisioning import create_topics

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
QUICK = RetryPolicy(first_wait_s=0.02, longest_wait_s=0.1, outage_budget_s=0.5)


def kafka_settings(bootstrap: str) -> KafkaSettings:
    """Return settings for the broker under test; the embedded one makes who joins wait half a session."""
    apache = os.environ.get("SHOAL_KAFKA") == "apache"
    return KafkaSettings(
        bootstrap=bootstrap,
        idempotence=apache,
        session_timeout_ms=6000 if apache else 2000,
        provision_topics=False,
        graceful_timeout_s=10,
    )


async def new_topic(
    settings: KafkaSettings, *, like: Topic = topics.SAMPLES_INGESTED, partitions: int = 1
) -> Topic:
    """Return a topic and a group that only this test uses, with the dead-letter topic, made on the broker."""
    unique = uuid4().hex
    topic = replace(like, name=f"wire.{unique}", groups=(f"group-{unique}",), partitions=partitions)
    await create_topics(settings, [topic])
    return topic


def message(topic: Topic, number: int, project: str = "news") -> OutgoingMessage:
    """Return the record of sample number `number`, whose source id and event id name it."""
    event = SampleIngested(
        project=project,
        sample_id=f"sample-{number}",
        source="wire",
        source_id=str(number),
        content=Content(text=f"text {number}"),
        occurred_at=NOON,
        received_at=NOON,
    )
    return encode(topic, event, event_id=f"event-{number}", source="/shoal/test", time=NOON)


def messages(topic: Topic, count: int) -> list[OutgoingMessage]:
    """Return the records of samples 0 to `count` - 1."""
    return [message(topic, number) for number in range(count)]


def number(received: Received) -> int:
    """Return which sample it is."""
    return int(received.event.source_id)


@asynccontextmanager
async def connected(settings: KafkaSettings) -> AsyncIterator[Messaging]:
    """Yield a connection of a service called `wire`."""
    async with connect(settings, service="wire", version="1.2.3") as messaging:
        yield messaging


async def eventually(
    holds: Callable[[], bool] | Callable[[], Awaitable[bool]], timeout_s: float = 120
) -> None:
    """Wait until `holds` returns true; fail when it does not within `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        while True:
            result = holds()
            if result is True or (not isinstance(result, bool) and await result):
                return
            await asyncio.sleep(0.05)


async def on_broker(settings: KafkaSettings, name: str) -> list[ConsumerRecord[bytes, bytes]]:
    """Return every record on the topic `name`, in offset order within each partition."""
    async with _looking(settings, "wire-test") as client:
        spans = await partition_spans(client, await topic_partitions(settings, name))
        records: list[ConsumerRecord[bytes, bytes]] = []
        while len(records) < sum(end - start for start, end in spans.values()):
            for batch in (await client.getmany(timeout_ms=500)).values():
                records.extend(batch)
        return records


async def committed(settings: KafkaSettings, topic: Topic) -> int:
    """Return how many records of `topic` the group has committed, over all partitions."""
    async with _looking(settings, topic.groups[0]) as client:
        return sum(
            [
                await client.committed(partition) or 0
                for partition in await topic_partitions(settings, topic.name)
            ]
        )


@asynccontextmanager
async def _looking(settings: KafkaSettings, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    client = kafka_group_reader(settings, "wire-test", group)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()
