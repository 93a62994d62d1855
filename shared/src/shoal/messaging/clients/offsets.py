"""Where logs begin and end.

The embedded broker answers ListOffsets(latest) with the first offset of the last batch plus one; only the
high watermark of a fetch is the true end there. What is asked here is right on both brokers.
"""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError, for_code

from shoal.messaging.clients.broker import kafka_admin
from shoal.messaging.clients.settings import KafkaSettings


async def partitions(settings: KafkaSettings, topic: str) -> list[TopicPartition]:
    """Return the partitions of `topic`; none when there is no such topic."""
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
    return sorted(TopicPartition(topic, each["partition"]) for each in described["partitions"])


async def spans(
    client: AIOKafkaConsumer, places: Iterable[TopicPartition]
) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first offset and the end of each partition.

    Assigns them to `client`, which must not be subscribed, and leaves their positions at the beginning.
    """
    places = list(places)
    client.assign(places)
    starts, ends = await client.beginning_offsets(places), await client.end_offsets(places)
    for place in places:
        if ends[place] > starts[place]:
            client.pause(*places)
            client.resume(place)
            client.seek(place, ends[place] - 1)
            await client.getmany(place, timeout_ms=5000, max_records=1)
    client.resume(*places)
    if places:
        await client.seek_to_beginning(*places)
    return {place: (starts[place], known_end(client, place, ends[place])) for place in places}


def known_end(client: AIOKafkaConsumer, place: TopicPartition, end: int) -> int:
    """Return the end of the partition: `end` as ListOffsets gave it, or further by what was fetched since."""
    return max(end, client.highwater(place) or 0)
