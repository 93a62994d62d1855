"""Export pending dead letters by reason, for the groups of one service."""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shoal.contracts.topics import dead_letter_topic
from shoal.messaging.clients.broker import kafka_group_reader
from shoal.messaging.clients.offsets import latest_end
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.dead_letters.counting import REASONS, LetterCount, reason_of
from shoal.messaging.dead_letters.replay import replay_group
from shoal.observability import metrics

ANSWER_S = 5.0
READING_S = 1.0
"""Longest reading of one topic at a time; the rest follows later."""
_BATCH = 500
_FETCH_MS = 300
_log = structlog.get_logger("shoal.messaging")


class PendingLetters:
    """Measures the dead letters of topics and groups while this replica reads the topic's partition 0.

    So one replica reads the letters of a group, and the others export nothing.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        sources: Sequence[tuple[str, str]],
        is_leading: Callable[[str, str], bool],
    ) -> None:
        self._is_leading = is_leading
        self._piles = [_Pile(settings, topic, group) for topic, group in sources]

    async def measure(self) -> None:
        """Export the numbers of one pass; a topic that cannot be read keeps its numbers."""
        for pile in self._piles:
            if self._is_leading(*pile.labels):
                await pile.measure()
            else:
                await pile.leave()

    async def close(self) -> None:
        """Close the connections."""
        for pile in self._piles:
            await pile.close()


class _Pile:
    """The dead letters of one consumer group's topic."""

    def __init__(self, settings: KafkaSettings, topic: str, group: str) -> None:
        self.labels = (topic, group)
        self._settings = settings
        self._partition = TopicPartition(dead_letter_topic(topic, group), 0)
        self._count = LetterCount()
        self._client: AIOKafkaConsumer | None = None
        self._exported = False
        self._is_readable = True

    async def measure(self) -> None:
        """Read what is new and export the numbers."""
        try:
            client = await self._started_client()
            async with asyncio.timeout(ANSWER_S):
                start = (await client.beginning_offsets([self._partition]))[self._partition]
                end = (await client.end_offsets([self._partition]))[self._partition]
                first = max(start, await client.committed(self._partition) or 0)
                self._count.begin_at(first)
            await self._read(client, end)
        except (KafkaError, TimeoutError) as error:
            if self._is_readable:
                _log.warning("dead_letters_unknown", topic=self._partition.topic, error=repr(error))
            self._is_readable = False
            return
        self._is_readable = True
        self._export(latest_end(client, self._partition, end))

    async def leave(self) -> None:
        """Stop: another replica measures."""
        await self.close()
        self._count = LetterCount()
        if self._exported:
            self._exported = False
            for reason in (*REASONS, metrics.UNREAD):
                metrics.PENDING_LETTERS.remove(*self.labels, reason)

    async def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.stop()

    async def _read(self, client: AIOKafkaConsumer, end: int) -> None:
        """Read the letters that are new, for a moment."""
        until = time.monotonic() + READING_S
        client.seek(self._partition, self._count.next_offset)
        client.resume(self._partition)
        try:
            while time.monotonic() < until and (room := self._count.room) > 0:
                if self._count.next_offset >= latest_end(client, self._partition, end):
                    break
                batch = await client.getmany(timeout_ms=_FETCH_MS, max_records=min(_BATCH, room))
                records = batch.get(self._partition, [])
                self._count.add((record.offset, reason_of(record.headers)) for record in records)
        finally:
            client.pause(self._partition)

    def _export(self, end: int) -> None:
        reasons = self._count.reasons()
        unread = max(0, end - self._count.next_offset)
        for reason in REASONS:
            metrics.PENDING_LETTERS.labels(*self.labels, reason).set(reasons.get(reason, 0))
        metrics.PENDING_LETTERS.labels(*self.labels, metrics.UNREAD).set(unread)
        self._exported = True

    async def _started_client(self) -> AIOKafkaConsumer:
        """Return a client that sees the commits of replays without joining their group."""
        if self._client is None:
            name = self._partition.topic
            client = kafka_group_reader(self._settings, "shoal-dead-letters", replay_group(name))
            try:
                async with asyncio.timeout(ANSWER_S):
                    await client.start()
            except BaseException:
                await client.stop()
                raise
            client.assign([self._partition])
            client.pause(self._partition)
            self._client = client
        return self._client
