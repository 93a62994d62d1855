"""Records of a topic by partition and offset."""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shoal.messaging.clients.broker import kafka_reader
from shoal.messaging.clients.offsets import partition_spans
from shoal.messaging.clients.settings import KafkaSettings

_WAIT_MS = 5000


async def read_records(
    settings: KafkaSettings, topic: str, places: Sequence[tuple[int, int]]
) -> list[ConsumerRecord[bytes, bytes]]:
    """Return the records at (partition, offset), in order, without those that the topic no longer holds."""
    offsets: dict[TopicPartition, set[int]] = {}
    for number, offset in places:
        offsets.setdefault(TopicPartition(topic, number), set()).add(offset)
    records: list[ConsumerRecord[bytes, bytes]] = []
    async with kafka_reader(settings, "shoal-records") as client:
        spans = await partition_spans(client, offsets)
        for partition, numbers in sorted(offsets.items()):
            start, end = spans[partition]
            held = {offset for offset in numbers if start <= offset < end}
            client.pause(*(offsets.keys() - {partition}))
            client.resume(partition)
            records += await _read_partition(client, partition, held)
    return records


async def _read_partition(
    client: AIOKafkaConsumer, partition: TopicPartition, offsets: set[int]
) -> list[ConsumerRecord[bytes, bytes]]:
    if not offsets:
        return []
    records: list[ConsumerRecord[bytes, bytes]] = []
    client.seek(partition, min(offsets))
    while await client.position(partition) <= max(offsets):
        batch = (await client.getmany(partition, timeout_ms=_WAIT_MS)).get(partition, [])
        if not batch:
            break
        records += [record for record in batch if record.offset in offsets]
    return records
