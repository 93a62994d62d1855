"""Count what a consumer group has not processed."""

from shoal.messaging.clients.broker import kafka_group_reader
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.messaging.clients.settings import KafkaSettings


async def count_backlog(settings: KafkaSettings, client_id: str, topic: str, group: str) -> tuple[int, int]:
    """Return the records on `topic`, and those beyond the commits of `group`; a missing topic has none."""
    client = kafka_group_reader(settings, client_id, group)
    try:
        await client.start()
        records = behind = 0
        spans = await partition_spans(client, await topic_partitions(settings, topic))
        for partition, (start, end) in spans.items():
            records += end - start
            behind += end - max(start, await client.committed(partition) or 0)
        return records, behind
    finally:
        await client.stop()
