"""A service's connection to Kafka: one publisher, its consumers and broadcasts, their health."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError, UnknownError

from shoal.clock import utc_now
from shoal.contracts.topics import TOPICS
from shoal.messaging.broadcasts.broadcast import Broadcast
from shoal.messaging.broadcasts.reader import BroadcastReader
from shoal.messaging.clients.access import check_access
from shoal.messaging.clients.broker import kafka_broker, kafka_producer
from shoal.messaging.clients.provisioning import create_topics
from shoal.messaging.clients.reachability import reachability_of
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.clients.times import RecordTimes
from shoal.messaging.consuming.ages import Ages
from shoal.messaging.consuming.background import Background
from shoal.messaging.consuming.consumer import Consumer
from shoal.messaging.consuming.health import Health
from shoal.messaging.consuming.lag import watch_lag
from shoal.messaging.consuming.processing import BatchProcessor
from shoal.messaging.consuming.series import start_series
from shoal.messaging.consuming.subscription import MAX_POLL_INTERVAL_S, Subscription
from shoal.messaging.dead_letters.pending import PendingLetters
from shoal.messaging.publisher import KafkaPublisher
from shoal.messaging.records.messages import Publisher
from shoal.observability import metrics

_log = structlog.get_logger("shoal.messaging")
_RECONNECT_S = 1.0
_CLOSE_S = 2.0


class Messaging:
    """One service's connection: it can publish at once, and consumes between `start` and `stop`.

    publisher_fault: returns why Kafka takes no records at present, or an empty text.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        publisher: Publisher,
        *,
        service: str,
        version: str,
        publisher_fault: Callable[[], str] = str,
    ) -> None:
        self.publisher = publisher
        self._publisher_fault = publisher_fault
        self._settings = settings
        self._service = service
        self._version = version
        self._broker = kafka_broker(settings, service)
        self._subscriptions: list[Subscription] = []
        self._readers: list[BroadcastReader] = []
        self._background: list[Background] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._times = RecordTimes(settings, service)
        self._letters: PendingLetters | None = None

    async def start(self, consumers: Sequence[Consumer] = (), broadcasts: Sequence[Broadcast] = ()) -> None:
        """Read the broadcasts to their end, then start the consumers, so that no handler sees half a table.

        Returns when the consumers have joined their groups; the broadcasts continue to read new events.
        """
        self._readers = [
            BroadcastReader(broadcast, self._settings, self._service) for broadcast in broadcasts
        ]
        self._tasks = [asyncio.create_task(reader.run()) for reader in self._readers]
        self._background = []
        await asyncio.gather(*(broadcast.caught_up() for broadcast in broadcasts))
        self._subscriptions = [self._subscribe(consumer) for consumer in consumers]
        if self._subscriptions:
            await self._broker.connect()
            # All at once, unlike broker.start(): joining a group may take seconds.
            await asyncio.gather(*(subscription.start() for subscription in self._subscriptions))
            ages = Ages(self._times.read_time)
            lag = Background("lag", lambda: watch_lag(self._subscriptions, ages))
            self._background.append(lag)
            self._tasks.append(asyncio.create_task(lag.run()))
            sources = [(consumer.topic.name, consumer.group) for consumer in consumers]
            self._letters = PendingLetters(self._settings, sources, self._reads_first_partition)

    async def stop_consumers(self) -> None:
        """Finish and commit the batches in flight within the graceful timeout, and leave the groups."""
        await asyncio.gather(*(subscription.stop() for subscription in self._subscriptions))

    async def stop(self) -> None:
        """Stop the consumers, then the broadcasts."""
        await self.stop_consumers()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        letters = [] if self._letters is None else [self._letters.close()]
        await _close_soon(self._broker.stop(), self._times.close(), *letters)
        self._subscriptions, self._readers, self._tasks = [], [], []

    def health(self, longest_s: float = MAX_POLL_INTERVAL_S) -> list[Health]:
        """Return the state of every consumer and broadcast, and of the publisher while it cannot publish.

        longest_s: the time without progress after which one is not alive.
        """
        consumers = [subscription.health(longest_s) for subscription in self._subscriptions]
        readers = [reader.health(longest_s) for reader in self._readers]
        faults = [fault for part in self._background for fault in part.faults()]
        if fault := self._publisher_fault():
            faults.append(Health("publisher", alive=True, ready=False, detail=fault))
        return consumers + readers + faults

    def fault(self) -> str:
        """Return why Kafka is of no use at present, or an empty text."""
        consumers = [subscription.unreachable for subscription in self._subscriptions]
        readers = [reader.unreachable for reader in self._readers]
        return next(filter(None, [*consumers, *readers, self._publisher_fault()]), "")

    async def measure_dead_letters(self) -> None:
        """Export the dead letters of the consumers that were not replayed yet."""
        if self._letters is not None:
            await self._letters.measure()

    def _reads_first_partition(self, topic: str, group: str) -> bool:
        return any(
            TopicPartition(topic, 0) in subscription.client.assignment()
            for subscription in self._subscriptions
            if subscription.consumer.group == group and subscription.client is not None
        )

    def _subscribe(self, consumer: Consumer) -> Subscription:
        faults = replace(consumer.faults, longest_pause_s=self._settings.longest_pause_s)
        consumer = replace(consumer, faults=faults)
        start_series(consumer.topic.name, consumer.group)
        processor = BatchProcessor(consumer, self.publisher, version=self._version, clock=utc_now)
        return Subscription(self._broker, processor, self._settings)


@asynccontextmanager
async def connect(
    settings: KafkaSettings, *, service: str, version: str, connect_timeout_s: float | None = 60.0
) -> AsyncIterator[Messaging]:
    """Connect to Kafka within `connect_timeout_s` (None: however long it takes) and create missing topics.

    Raises TimeoutError if Kafka does not answer in time, and AccessRefused at once if it refuses access. On
    exit, the consumers stop gracefully, then all published messages are flushed.
    """
    async with asyncio.timeout(connect_timeout_s):
        await _repeat_until_connected(lambda: check_access(settings, service))
        if settings.provision_topics:
            await _repeat_until_connected(lambda: create_topics(settings))
        producer = await _started_producer(settings, service)
    publisher = KafkaPublisher(
        producer,
        settings.publish_timeout_s,
        open_producer=lambda: _started_producer(settings, service),
        kafka_answers=reachability_of(settings, service).answers,
    )
    for topic in TOPICS.values():
        if service in topic.producers:
            metrics.PUBLISHED.labels(topic.name)
    try:
        messaging = Messaging(
            settings, publisher, service=service, version=version, publisher_fault=publisher.fault
        )
        try:
            yield messaging
        finally:
            await messaging.stop()
    finally:
        await publisher.close()


async def _close_soon(*closings: Coroutine[Any, Any, None]) -> None:
    """Close clients together; while Kafka is away aiokafka waits for its answers, the stop does not."""
    tasks = [asyncio.create_task(closing) for closing in closings]
    await asyncio.wait(tasks, timeout=_CLOSE_S)
    for task in tasks:
        task.cancel()


async def _started_producer(settings: KafkaSettings, client_id: str) -> AIOKafkaProducer:
    producer = kafka_producer(settings, client_id)
    try:
        await _repeat_until_connected(producer.start)
    except BaseException as error:
        await producer.stop()
        if not isinstance(error, UnknownError):
            raise
        raise KafkaError(
            "the broker refuses idempotent producers; the embedded one needs SHOAL_KAFKA_IDEMPOTENCE=false"
        ) from error
    return producer


async def _repeat_until_connected(work: Any) -> None:
    while True:
        try:
            await work()
            return
        except KafkaConnectionError as error:
            _log.warning("kafka_unreachable", error=str(error))
            await asyncio.sleep(_RECONNECT_S)
