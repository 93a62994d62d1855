"""The first offsets and the ends of partitions.

The embedded broker answers ListOffsets(latest) with the first offset of the last batch plus one; only the
high watermark of a fetch is its true end. These functions are right on both brokers.
"""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError, for_code

from shoal.messaging.clients.broker import kafka_admin
from shoal.messaging.clients.settings import KafkaSettings


async def topic_partitions(settings: KafkaSettings, topic: str) -> list[TopicPartition]:
    """Return the partitions of `topic`; none if the topic does not exist."""
    admin = kafka_admin(settings, "shoal-offsets")
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    error = for_code(described["error_code"])
    if error is UnknownTopicOrPartitionError:
        return []
    if described["error_code"]:
        raise error(topic)
    return sorted(TopicPartition(topic, partition["partition"]) for partition in described["partitions"])


async def partition_spans(
    client: AIOKafkaConsumer, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first offset and the end of each partition.

    Assigns the partitions to `client`, which must not be subscribed, and leaves their positions at the
    beginning.
    """
    partitions = list(partitions)
    client.assign(partitions)
    starts, ends = await client.beginning_offsets(partitions), await client.end_offsets(partitions)
    for partition in partitions:
        if ends[partition] > starts[partition]:
            client.pause(*partitions)
            client.resume(partition)
            client.seek(partition, ends[partition] - 1)
            await client.getmany(partition, timeout_ms=5000, max_records=1)
    client.resume(*partitions)
    if partitions:
        await client.seek_to_beginning(*partitions)
    return {
        partition: (starts[partition], latest_end(client, partition, ends[partition]))
        for partition in partitions
    }


def latest_end(client: AIOKafkaConsumer, partition: TopicPartition, end: int) -> int:
    """Return the end of the partition: `end` from ListOffsets, or a later high watermark of a fetch."""
    # A rebalance may have taken the partition away since its end was asked for.
    watermark = client.highwater(partition) if partition in client.assignment() else None
    return max(end, watermark or 0)
