"""A consumer on FastStream: it processes raw batches, commits after success and rewinds after a failure."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from shoal.backoff import Backoff
from shoal.messaging.clients.broker import REBALANCE_TIMEOUT_MS
from shoal.messaging.clients.ending import ended_task
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.consuming.health import Health
from shoal.messaging.consuming.pausing import Pause, marks_reader
from shoal.messaging.consuming.processing import BatchProcessor
from shoal.messaging.errors import is_transient
from shoal.observability import metrics
from shoal.progress import progress_of

MAX_POLL_INTERVAL_S = 300.0
LEAVE_S = 5.0
"""Longest wait for Kafka when a consumer leaves its group, in seconds."""
_FLOOR_S = 0.1  # shortest wait before a redelivery, which Kafka would make at once
_COMMITS = 7  # tries, over 6 seconds at most
_JOIN_BACKOFF = Backoff(first_s=0.5, longest_s=5.0)
_COMMIT_BACKOFF = Backoff(first_s=0.1, longest_s=2.0)
_log = structlog.get_logger("shoal.messaging")

Records = tuple[ConsumerRecord[bytes, bytes], ...]


class Subscription(ConsumerRebalanceListener):  # type: ignore[misc]
    """Runs one processor on one FastStream batch subscriber."""

    def __init__(self, broker: KafkaBroker, processor: BatchProcessor, settings: KafkaSettings) -> None:
        self.consumer = processor.consumer
        self._processor = processor
        self._drain_s = settings.graceful_timeout_s
        self._labels = (self.consumer.topic.name, self.consumer.group)
        self._idle = asyncio.Event()
        self._idle.set()
        self._progress = processor.progress
        self._has_joined = False
        self._in_hand: Records = ()
        self._pause = Pause(self.consumer.name, marks_reader(settings, self.consumer, self._assignment))
        self.unreachable = ""
        self._stop: asyncio.Task[None] | None = None
        self._subscriber = broker.subscriber(
            self.consumer.topic.name,
            group_id=self.consumer.group,
            batch=True,
            max_records=self.consumer.max_records,
            auto_offset_reset="earliest",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 3,
            rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
            max_poll_interval_ms=int(MAX_POLL_INTERVAL_S * 1000),
            listener=self,
            parser=self._parse,
            decoder=_raw_records,
        )
        self._subscriber(self._on_batch)
        self._poll = self._subscriber.get_msg
        self._subscriber.get_msg = self._note_poll  # type: ignore[assignment,method-assign]

    @property
    def client(self) -> AIOKafkaConsumer | None:
        """Return the Kafka client while it runs."""
        return self._subscriber.consumer

    async def start(self) -> None:
        """Join the group and begin to read; while Kafka is away, wait until it is back."""
        failures = 0
        while not await self._join():
            failures += 1
            await asyncio.sleep(_JOIN_BACKOFF.wait_s(failures))
        self.unreachable = ""
        self._has_joined = True
        self._progress.note()

    async def _join(self) -> bool:
        """Return whether the consumer could start; after an outage, it is as before."""
        try:
            await self._subscriber.start()
        except Exception as error:
            if not is_transient(error):
                raise
            _log.warning("join_waits", consumer=self.consumer.name, error=repr(error))
            self.unreachable = f"Kafka does not answer: {error!r}"
            with suppress(KafkaError, OSError):
                await self._subscriber.stop()
            return False
        return True

    async def stop(self) -> None:
        """Finish and commit the batch in flight within the graceful timeout, then leave the group."""
        self._processor.retrier.stop()
        self._pause.stop()
        if self._stop is not None:
            return  # a second wait would only double the limit
        self._stop = asyncio.create_task(self._subscriber.stop())
        # While Kafka is away, aiokafka may wait for it without end, or cancel the task that stops it.
        await asyncio.wait([self._stop], timeout=self._drain_s + LEAVE_S)
        if self._stop.done() and not self._stop.cancelled():
            self._stop.result()

    def health(self, longest_s: float) -> Health:
        """Return whether this consumer gets on, and whether it can work.

        It is alive while polls return, also empty ones, and while a batch gets on. Retries and outages of
        Kafka count; a commit that gets no answer although Kafka answers does not. longest_s: the longest time
        without either.
        """
        name = self.consumer.name
        client = self.client
        if client is not None and self._stop is None and (fault := ended_task(client)):
            return Health(name, alive=False, ready=False, detail=fault)
        if not self._has_joined:
            fault = self.unreachable or "has not joined its group"
            return Health(name, alive=True, ready=False, detail=fault)
        idle_s = self._progress.idle_s()
        if idle_s > longest_s:
            return Health(name, alive=False, ready=False, detail=f"has got no further for {idle_s:.0f} s")
        waits = self._processor.waits_for and f"waits for {self._processor.waits_for}"
        note = self.unreachable or waits or self._processor.faults.reason
        return Health(name, alive=True, ready=not self.unreachable, detail=note)

    def note_reachability(self, fault: str) -> None:
        """Note why Kafka does not answer, or that it does; to wait for it is no standstill."""
        if fault or self.unreachable:
            self._progress.note()
        self.unreachable = fault

    def time_in_hand(self, partition: TopicPartition, offset: int) -> float | None:
        """Return the time of the batch's first record from `offset` on, in seconds since 1970, if it has one.

        A batch in hand begins where the commits end.
        """
        for record in self._in_hand:
            here = record.topic == partition.topic and record.partition == partition.partition
            if here and record.offset >= offset:
                return record.timestamp / 1000 if record.timestamp > 0 else None
        return None

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finish and commit the batch in flight before another replica gets its partitions."""
        client = self.client
        if client is None or not revoked:
            return
        try:
            await asyncio.wait_for(self._idle.wait(), self._drain_s)
            await client.commit()
        except (TimeoutError, KafkaError) as error:
            metrics.COMMIT_FAILURES.labels(*self._labels).inc()
            _log.warning("revoked_uncommitted", consumer=self.consumer.name, error=repr(error))

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Hold new partitions during a pause; positions come from the group's commits."""
        metrics.REBALANCES.labels(*self._labels).inc()
        metrics.ASSIGNED.labels(*self._labels).set(len(assigned))
        if self.client is not None:
            self._pause.hold_new(self.client)

    async def _note_poll(self, client: AIOKafkaConsumer) -> Any:
        """Poll; whatever comes of it, the consumer gets on."""
        try:
            return await self._poll(client)
        finally:
            self._progress.note()

    async def _on_batch(self, records: Records) -> None:
        self._idle.clear()
        self._in_hand = records
        try:
            with progress_of(self._progress):
                await self._process(records)
        except BaseException as error:
            metrics.NACKED.labels(*self._labels).inc()
            self._rewind(records)
            if isinstance(error, Exception):
                await self._processor.retrier.sleep(_FLOOR_S)
            raise
        finally:
            self._in_hand = ()
            self._idle.set()

    async def _process(self, records: Records) -> None:
        """Process a batch, or its first records while the consumer probes after faults of its own."""
        faults = self._processor.faults
        if self._pause.covers(records):
            faults.forget()
        size = faults.most_records(len(records))
        seconds = await self._processor.process(records[:size])
        if size < len(records):
            self._rewind(records[size:])
        if seconds and self.client is not None and not self._pause.covers(records):
            self._pause.start(self.client, seconds, faults.reason)
        metrics.PAUSED.labels(*self._labels).set(bool(faults.reason))

    def _rewind(self, records: Sequence[ConsumerRecord[bytes, bytes]]) -> None:
        """Seek to the first of the records in every partition that is still assigned.

        FastStream's nack does the same, but stops at the first partition that was revoked meanwhile; the next
        commit would then skip the rest of the batch.
        """
        client = self.client
        if client is None:
            return
        first: dict[TopicPartition, int] = {}
        for record in records:
            partition = TopicPartition(record.topic, record.partition)
            first[partition] = min(record.offset, first.get(partition, record.offset))
        for partition in first.keys() & client.assignment():
            client.seek(partition, first[partition])

    def _assignment(self) -> set[TopicPartition]:
        return set(self.client.assignment()) if self.client is not None else set()

    async def _parse(self, records: Records) -> KafkaAckableMessage:
        """Wrap the batch without reading its headers: FastStream's parser skips a batch with a header that is
        not UTF-8.
        """
        batch = _Batch(
            body=b"",
            headers={},
            batch_headers=[],
            message_id=f"{records[0].offset}-{records[-1].offset}",
            raw_message=records,
            consumer=self.client,
            group=self.consumer.group,
        )
        batch.stops = self._processor.retrier.is_stopping
        return batch


class _Batch(KafkaAckableMessage):
    """A batch whose commit is tried again: an idle topic brings no later one."""

    stops: Callable[[], bool]

    def __init__(self, *, group: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._labels = (rest["raw_message"][0].topic, group)

    async def ack(self) -> None:
        """Commit. Raises the last error; the records may then come again.

        While Kafka or the group's coordinator is away, the commit waits for its end.
        """
        for attempt in range(1, _COMMITS):
            try:
                return await self._commit()
            except (
                CommitFailedError,
                TimeoutError,
            ):  # the partitions have another owner, or the consumer stops
                raise
            except Exception as error:
                _log.warning("commit_failed", error=repr(error), attempt=attempt)
                await asyncio.sleep(_COMMIT_BACKOFF.wait_s(attempt))
        return await self._commit()

    async def _commit(self) -> None:
        """Commit, which takes as long as Kafka is away; a consumer that stops does not wait as long."""
        commit = asyncio.create_task(super().ack())
        late = 0
        try:
            while not (await asyncio.wait([commit], timeout=1.0))[0]:
                late += self.stops()
                if late > LEAVE_S:
                    raise TimeoutError("Kafka did not take the last commit in time")
            commit.result()
        except Exception:
            metrics.COMMIT_FAILURES.labels(*self._labels).inc()
            raise
        finally:
            commit.cancel()


async def _raw_records(message: KafkaAckableMessage) -> Any:
    return message.raw_message
