"""What topics hold from a moment on, for commands that work on the past of a stopped Shoal."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shoal.contracts.topics import Topic
from shoal.messaging.clients.broker import kafka_reader
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.records.decoding import Decoder
from shoal.messaging.records.messages import Received

_CLIENT = "shoal-history"
_BATCH = 1000
_WAIT_MS = 1000

Spans = Mapping[TopicPartition, tuple[int, int]]
"""The first offset and the end of partitions."""


class TopicHistory:
    """Reads topics from `since` on, without a consumer group."""

    def __init__(self, settings: KafkaSettings, since: datetime) -> None:
        self._settings = settings
        self._since = since

    async def read(self, topic: Topic) -> AsyncIterator[list[Received[Any]]]:
        """Yield the events of a topic in batches, up to those that it holds now.

        Records that are no events are left out: consumers send them to the dead letters.
        """
        decoder = Decoder(topic)
        async with kafka_reader(self._settings, _CLIENT) as client:
            spans = await partition_spans(client, await topic_partitions(self._settings, topic.name))
            starts = await offsets_since(client, spans, self._since)
            ends = {partition: end for partition, (_, end) in spans.items() if starts[partition] < end}
            for partition in spans:
                client.seek(partition, starts[partition])
            _pause_all(client, spans.keys() - ends.keys())
            while ends:
                batches = await client.getmany(timeout_ms=_WAIT_MS, max_records=_BATCH)
                for partition, records in batches.items():
                    end = ends.get(partition, 0)
                    yield decoder.decode([record for record in records if record.offset < end]).events
                await _drop_finished(client, ends)


async def offsets_since(client: AIOKafkaConsumer, spans: Spans, since: datetime) -> dict[TopicPartition, int]:
    """Return the offset of the first record at `since` or later in each partition; its end without one.

    Without such a record, the embedded broker answers with an earlier one.
    """
    moment = int(since.timestamp() * 1000)
    answers = await client.offsets_for_times(dict.fromkeys(spans, moment)) if spans else {}
    offsets = {}
    for partition, (start, end) in spans.items():
        answer = answers.get(partition)
        is_late = answer is not None and answer.timestamp >= moment
        offsets[partition] = min(end, max(start, answer.offset)) if answer and is_late else end
    return offsets


async def _drop_finished(client: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> None:
    """Remove the partitions that are read to their end."""
    finished = [partition for partition, end in ends.items() if await client.position(partition) >= end]
    for partition in finished:
        del ends[partition]
    _pause_all(client, finished)


def _pause_all(client: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> None:
    partitions = list(partitions)
    if partitions:
        client.pause(*partitions)
