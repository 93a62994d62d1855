"""The publisher over aiokafka: sends all messages at once and waits for every acknowledgement."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import BrokerResponseError, KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from shoal.messaging.clients.workarounds.known_refusals import refusal_of
from shoal.messaging.errors import MessageTooLarge, PublishFailed
from shoal.messaging.records.messages import OutgoingMessage
from shoal.observability import metrics
from shoal.outages.kafka import NEW_PRODUCER

_BURST = 200  # messages that are handed over at once, in 5 ms
_PATIENCE_S = 0.5  # wait for acknowledgements before Kafka is asked whether it is there
STOP_S = 5.0  # an idempotent producer keeps trying to deliver, for as long as Kafka is away
_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
_log = structlog.get_logger("shoal.messaging")


class KafkaPublisher:
    """Publishes messages in order; the key determines the partition.

    open_producer: returns a started producer. A producer that can never deliver again is replaced: Kafka has
    forgotten it, or a message that Kafka refused has left a gap in its numbering. kafka_answers: returns
    whether Kafka answers at present.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        timeout_s: float,
        *,
        open_producer: Callable[[], Awaitable[AIOKafkaProducer]] | None = None,
        kafka_answers: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._producer = producer
        self._timeout_s = timeout_s
        self._open_producer = open_producer
        self._replacing = asyncio.Lock()
        self._stopping: set[asyncio.Task[None]] = set()
        self._ask_kafka = kafka_answers
        self._away = False
        self._closing = False

    async def close(self) -> None:
        """Flush what can be delivered, and close the producer."""
        self._closing = True
        await asyncio.gather(_stop_producer(self._producer), *self._stopping)

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Return when the broker has acknowledged every message.

        Raises PublishFailed if a message was not acknowledged, and MessageTooLarge, which a retry does not
        help.
        """
        producer = self._producer
        deliveries: list[asyncio.Future[Any]] = []
        try:
            async with asyncio.timeout(self._timeout_s):
                for index, message in enumerate(messages):
                    if index % _BURST == _BURST - 1:
                        await asyncio.sleep(0)  # `send` does not suspend while there is room
                    deliveries.append(await _send_message(producer, message))
                if deliveries:
                    await asyncio.wait(deliveries)
        except (KafkaError, TimeoutError) as error:
            metrics.PUBLISH_FAILED.inc()
            await self._replace_dead(producer, [error])
            topics = ", ".join(sorted({message.topic for message in messages}))
            raise PublishFailed(f"{len(messages)} messages for {topics}: {error!r}") from error
        finally:
            failures = _failures_of(deliveries)
        if failures:
            metrics.PUBLISH_FAILED.inc()
            await self._replace_dead(producer, failures)
            if isinstance(failures[0], _TOO_LARGE):  # the topic's limit, which the broker knows
                raise MessageTooLarge(f"{len(failures)} of {len(deliveries)} messages: {failures[0]!r}")
            raise PublishFailed(
                f"{len(failures)} of {len(deliveries)} messages: {failures[0]!r}"
            ) from failures[0]
        self._away = False
        for topic, count in Counter(message.topic for message in messages).items():
            metrics.PUBLISHED.labels(topic).inc(count)

    async def publish_promptly(self, messages: Sequence[OutgoingMessage]) -> None:
        """Publish for a caller who waits: raise PublishFailed within two seconds while Kafka does not answer.

        The same while too few brokers have the topic. A slow Kafka is no reason: as long as it answers, this
        waits as long as `publish`. Messages that are on their way may still arrive later.
        """
        topics = {message.topic for message in messages}
        if (self._away or self.fault(topics)) and (fault := await self._find_fault(topics)):
            raise PublishFailed(fault)
        work = asyncio.create_task(self.publish(messages))
        try:
            while not (await asyncio.wait([work], timeout=_PATIENCE_S))[0]:
                fault = await self._find_fault(topics)
                if fault and not work.done():
                    raise PublishFailed(fault)
            await work
        finally:
            work.cancel()

    def fault(self, topics: Collection[str] | None = None) -> str:
        """Return why Kafka takes no records for `topics`, by default for any topic; empty if it does."""
        refusal = refusal_of(self._producer, topics)
        return f"Kafka takes no records: {refusal}" if refusal else ""

    async def _find_fault(self, topics: Collection[str]) -> str:
        if not await self._kafka_answers():
            return "Kafka does not answer"
        return self.fault(topics)

    async def _kafka_answers(self) -> bool:
        self._away = self._ask_kafka is not None and not await self._ask_kafka()
        return not self._away

    async def _replace_dead(self, producer: AIOKafkaProducer, failures: Sequence[BaseException]) -> None:
        """Open a new producer after an error that the present one does not survive."""
        dead = _has_ended(producer) or any(_is_deadly(producer, error) for error in failures)
        if self._open_producer is None or self._closing or not dead:
            return
        async with self._replacing:
            if self._producer is not producer:  # replaced meanwhile
                return
            try:
                async with asyncio.timeout(self._timeout_s):
                    self._producer = await self._open_producer()
            except (KafkaError, TimeoutError, OSError) as error:
                _log.warning("producer_not_replaced", error=repr(error))
                return
        _log.warning("producer_replaced", error=repr(failures[0]))
        task = asyncio.create_task(_stop_producer(producer))
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)


def _is_deadly(producer: AIOKafkaProducer, error: BaseException) -> bool:
    """Return whether the producer delivers nothing more after an error.

    An idempotent producer numbers its batches: one that Kafka refused leaves a gap, before which Kafka takes
    no other batch of the partition.
    """
    numbers = getattr(producer, "_txn_manager", None) is not None
    refused = isinstance(error, BrokerResponseError) and not error.retriable
    return isinstance(error, NEW_PRODUCER) or (numbers and refused)


def _has_ended(producer: AIOKafkaProducer) -> bool:
    """Return whether the producer's background task has ended, which only `stop` should cause."""
    task = getattr(getattr(producer, "_sender", None), "sender_task", None)
    return task is not None and task.done()


async def _stop_producer(producer: AIOKafkaProducer) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_S):
            await producer.stop()


async def _send_message(producer: AIOKafkaProducer, message: OutgoingMessage) -> "asyncio.Future[Any]":
    try:
        return await producer.send(  # type: ignore[no-any-return]
            message.topic, message.value, key=message.key, headers=list(message.headers)
        )
    except MessageSizeTooLargeError as error:
        text = f"a message of {len(message.value)} bytes for {message.topic}: {error}"
        raise MessageTooLarge(text) from error


def _failures_of(deliveries: "list[asyncio.Future[Any]]") -> list[BaseException]:
    """Return the errors of finished deliveries; reading them also marks them as retrieved for asyncio."""
    for future in deliveries:
        if not future.done():
            future.add_done_callback(lambda late: late.cancelled() or late.exception())
    return [error for future in deliveries if future.done() and (error := future.exception()) is not None]
