"""Feeds a Broadcast from Kafka."""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from shoal.messaging.broadcasts.broadcast import Broadcast
from shoal.messaging.clients.broker import kafka_reader
from shoal.messaging.clients.offsets import latest_end
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.consuming.health import Health
from shoal.messaging.records.decoding import Decoder
from shoal.messaging.records.messages import Received
from shoal.observability import metrics
from shoal.progress import Progress

_RECONNECT_S = 2.0
_ASK_S = 5.0
_POSITION_S = 30.0
_log = structlog.get_logger("shoal.messaging")


class BroadcastReader:
    """Reads one broadcast's topic until cancelled; after an error, again from the beginning."""

    def __init__(self, broadcast: Broadcast, settings: KafkaSettings, client_id: str) -> None:
        self._broadcast = broadcast
        self._settings = settings
        self._client_id = client_id
        self._decoder = Decoder(broadcast.topic)
        self.unreachable = ""
        self._progress = Progress()
        metrics.BROADCAST_SKIPPED.labels(broadcast.topic.name)

    async def run(self) -> None:
        """Follow the topic until cancelled."""
        while True:
            try:
                await self._follow()
            except Exception as error:  # whatever ends the reading, it begins again
                self.unreachable = repr(error)
                _log.warning("broadcast_interrupted", broadcast=self._broadcast.name, error=self.unreachable)
                await asyncio.sleep(_RECONNECT_S)

    def health(self, longest_s: float) -> Health:
        """Return whether the table is complete, and whether the reader gets on or waits for Kafka."""
        idle_s = self._progress.idle_s()
        if idle_s > longest_s and not self.unreachable:
            detail = f"has got no further for {idle_s:.0f} s"
            return Health(self._broadcast.name, alive=False, ready=False, detail=detail)
        caught_up = self._broadcast.is_caught_up
        detail = self.unreachable or ("" if caught_up else "reads its topic to the end")
        return Health(
            self._broadcast.name, alive=True, ready=caught_up and not self.unreachable, detail=detail
        )

    async def _follow(self) -> None:
        self._progress.note()
        client = kafka_reader(self._settings, self._client_id, self._broadcast.topic.name)
        await client.start()
        try:
            partitions = _assigned_partitions(client, self._broadcast.topic.name)
            ends = await client.end_offsets(partitions)
            self.unreachable = ""
            loop = asyncio.get_running_loop()
            checked_at = loop.time()
            while True:
                self._progress.note()
                if loop.time() - checked_at > _ASK_S:
                    await self._ask(client, partitions)
                    checked_at = loop.time()
                if not self._broadcast.is_caught_up:
                    async with asyncio.timeout(_POSITION_S):  # without end while Kafka is away
                        if await _ends_reached(client, ends):
                            self._broadcast.mark_caught_up()
                batches = await client.getmany(timeout_ms=200, max_records=1000)
                for records in batches.values():
                    self._apply(records)
        finally:
            await client.stop()

    async def _ask(self, client: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        """Check whether Kafka answers: during an outage the client reads nothing and raises no error."""
        try:
            async with asyncio.timeout(_ASK_S):
                await client.end_offsets(partitions)
        except (KafkaError, TimeoutError) as error:
            self.unreachable = f"Kafka does not answer: {error!r}"
        else:
            self.unreachable = ""

    def _apply(self, records: list[ConsumerRecord[bytes, bytes]]) -> None:
        decoded = self._decoder.decode(records)
        for refused in decoded.refused:
            self._skip(refused.record.offset, refused.reason, refused.detail)
        for received in decoded.events:
            self._apply_one(received)

    def _apply_one(self, received: Received) -> None:
        try:
            self._broadcast.apply(received)
        except Exception as error:  # one event that cannot be applied must not block the rest
            self._skip(received.offset, "apply_failed", repr(error))

    def _skip(self, offset: int, reason: str, detail: str) -> None:
        metrics.BROADCAST_SKIPPED.labels(self._broadcast.topic.name).inc()
        name = self._broadcast.name
        _log.error("broadcast_skipped", broadcast=name, offset=offset, reason=reason, detail=detail)


def _assigned_partitions(client: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    partitions = [partition for partition in client.assignment() if partition.topic == topic]
    if not partitions:
        raise UnknownTopicOrPartitionError(topic)  # not created yet: the reader connects again
    return partitions


async def _ends_reached(client: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    for partition, end in ends.items():
        if end > 0 and await client.position(partition) < latest_end(client, partition, end):
            return False
    return True
