"""Records of topics: skip a backlog, and send it again to consumers that wait for work."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from shoal.messaging import KafkaSettings
from shoal.messaging.clients.broker import kafka_group_reader, kafka_producer
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal_local.stack import Stack

Ends = Mapping[TopicPartition, int]
_FETCH_RECORDS = 5000


@dataclass(slots=True)
class Backlog:
    """Records of one topic, and the ends of its partitions after them."""

    topic: str
    records: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.records)


def kafka_settings(stack: Stack) -> KafkaSettings:
    """Return the settings of the services of `stack`."""
    return KafkaSettings(
        bootstrap=stack.kafka_bootstrap,
        idempotence=stack.environment.get("SHOAL_KAFKA_IDEMPOTENCE") != "false",
        provision_topics=False,
    )


async def topic_ends(settings: KafkaSettings, topic: str) -> Ends:
    """Return the end of each partition of a topic."""
    client = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, enable_auto_commit=False)
    await client.start()
    try:
        spans = await partition_spans(client, await topic_partitions(settings, topic))
        return {partition: end for partition, (_, end) in spans.items()}
    finally:
        await client.stop()


async def read_backlog(settings: KafkaSettings, topic: str, since: Ends) -> Backlog:
    """Return the records of a topic after the offsets `since`."""
    ends = await topic_ends(settings, topic)
    backlog, expected = Backlog(topic), sum(end - since[partition] for partition, end in ends.items())
    client = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, enable_auto_commit=False)
    await client.start()
    try:
        client.assign(list(ends))
        for partition, offset in since.items():
            client.seek(partition, offset)
        async with asyncio.timeout(60):
            while len(backlog) < expected:
                for batch in (await client.getmany(timeout_ms=500, max_records=_FETCH_RECORDS)).values():
                    backlog.records += batch
        return backlog
    finally:
        await client.stop()


async def skip_backlog(settings: KafkaSettings, topic: str, group: str) -> None:
    """Commit the ends of a topic for a group, which must have no members."""
    ends = await topic_ends(settings, topic)
    async with kafka_group_reader(settings, "bench", group) as client:
        client.assign(list(ends))
        await client.commit({partition: OffsetAndMetadata(end, "") for partition, end in ends.items()})


async def send_again(settings: KafkaSettings, backlog: Backlog) -> Ends:
    """Publish the same records to the same partitions; return the offsets at which a group is done."""
    ends: dict[TopicPartition, int] = {}
    async with kafka_producer(settings, "bench") as producer:
        sendings = [
            await producer.send(
                backlog.topic,
                record.value,
                key=record.key,
                partition=record.partition,
                headers=list(record.headers),
            )
            for record in backlog.records
        ]
        for sending in sendings:
            stored = await sending
            partition = TopicPartition(stored.topic, stored.partition)
            ends[partition] = max(ends.get(partition, 0), stored.offset + 1)
    return ends


async def wait_until_read(settings: KafkaSettings, group: str, ends: Ends, timeout_s: float = 300) -> None:
    """Wait until a group has committed the offsets `ends`."""
    async with kafka_group_reader(settings, "bench", group) as client:
        client.assign(list(ends))
        async with asyncio.timeout(timeout_s):
            while not await _is_read(client, ends):
                await asyncio.sleep(0.1)


async def _is_read(client: Any, ends: Ends) -> bool:
    committed = [await client.committed(partition) or 0 for partition in ends]
    return all(offset >= end for offset, end in zip(committed, ends.values(), strict=True))
