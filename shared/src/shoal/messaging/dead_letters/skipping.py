"""Marks up to where a paused consumer goes on without pauses."""

from shoal.messaging.clients.broker import kafka_group_reader
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.messaging.clients.settings import KafkaSettings

_CLIENT = "shoal-dlq"


def skip_group(topic: str, group: str) -> str:
    """Return the consumer group whose commits say up to where `group` takes records without pauses."""
    return f"{topic}.{group}.skip"


async def skip_records(settings: KafkaSettings, topic: str, group: str) -> int:
    """Mark the present end of `topic` for `group`; return how many of its records wait before the mark.

    The consumer tries each of them once more. What fails becomes a dead letter, without a pause.
    """
    partitions = await topic_partitions(settings, topic)
    ends = {}
    async with kafka_group_reader(settings, _CLIENT, skip_group(topic, group)) as marker:
        ends = {partition: end for partition, (_, end) in (await partition_spans(marker, partitions)).items()}
        if ends:
            await marker.commit(ends)
    async with kafka_group_reader(settings, _CLIENT, group) as reader:
        reader.assign(partitions)
        positions = [await reader.committed(partition) or 0 for partition in partitions]
    return sum(max(0, end - position) for end, position in zip(ends.values(), positions, strict=True))
