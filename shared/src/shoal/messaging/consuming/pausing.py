"""Pauses of a consumer after many faults, and the marks of `shoal dlq skip` that end them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shoal.messaging.clients.broker import kafka_group_reader
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.consuming.consumer import Consumer
from shoal.messaging.dead_letters.skipping import skip_group

Marks = Mapping[TopicPartition, int]

_ASK_S = 2.0
_log = structlog.get_logger("shoal.messaging")


class Pause:
    """Suspends fetching for a time, while the client goes on polling and stays in its group.

    read_marks: returns the marks of `shoal dlq skip`; a mark above the position ends the pause, and records
    below it are processed without another.
    """

    def __init__(self, consumer: str, read_marks: Callable[[], Awaitable[Marks]]) -> None:
        self._consumer = consumer
        self._read_marks = read_marks
        self._marks: dict[TopicPartition, int] = {}
        self._task: asyncio.Task[None] | None = None

    def covers(self, records: Sequence[ConsumerRecord[bytes, bytes]]) -> bool:
        """Return whether an operator asked to take all of `records` without pauses."""
        return bool(self._marks) and all(
            record.offset < self._marks.get(TopicPartition(record.topic, record.partition), 0)
            for record in records
        )

    def start(self, client: AIOKafkaConsumer, seconds: float, reason: str) -> None:
        """Suspend fetching of every assigned partition for `seconds`."""
        _log.error("consumer_paused", consumer=self._consumer, seconds=round(seconds, 1), reason=reason)
        client.pause(*client.assignment())
        self._task = asyncio.create_task(self._hold(client, seconds))

    def hold_new(self, client: AIOKafkaConsumer) -> None:
        """Suspend partitions that were assigned during a pause."""
        if self._task is not None and not self._task.done():
            client.pause(*client.assignment())

    def stop(self) -> None:
        """End without resuming; the client stops."""
        if self._task is not None:
            self._task.cancel()

    async def _hold(self, client: AIOKafkaConsumer, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wait_for_marks(client)
        client.resume(*client.assignment())

    async def _wait_for_marks(self, client: AIOKafkaConsumer) -> None:
        while True:
            with suppress(KafkaError):
                marks = await self._read_marks()
                news = {
                    partition: mark
                    for partition, mark in marks.items()
                    if mark > self._marks.get(partition, 0)
                }
                self._marks |= news
                if any([await client.position(p) < news[p] for p in client.assignment() & news.keys()]):
                    _log.warning("skip_requested", consumer=self._consumer)
                    return
            await asyncio.sleep(_ASK_S)


def marks_reader(
    settings: KafkaSettings, consumer: Consumer, partitions: Callable[[], set[TopicPartition]]
) -> Callable[[], Awaitable[Marks]]:
    """Return a function that reads the marks of a consumer's partitions from Kafka."""
    group = skip_group(consumer.topic.name, consumer.group)

    async def read_marks() -> Marks:
        client = kafka_group_reader(settings, "shoal-skip", group)
        await client.start()
        try:
            client.assign(list(partitions()))
            marks = {partition: await client.committed(partition) for partition in client.assignment()}
        finally:
            await client.stop()
        return {partition: mark for partition, mark in marks.items() if mark is not None}

    return read_marks
