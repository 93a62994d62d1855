"""The publisher over aiokafka: sends all messages at once and waits for every acknowledgement."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shoal.messaging.errors import MessageTooLarge, PublishFailed
from shoal.messaging.records.messages import OutgoingMessage
from shoal.observability import metrics

_BURST = 200  # messages that are handed over at once, in 5 ms


class KafkaPublisher:
    """Publishes messages in order; the key determines the partition."""

    def __init__(self, producer: AIOKafkaProducer, timeout_s: float) -> None:
        self._producer = producer
        self._timeout_s = timeout_s

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Return when the broker has acknowledged every message.

        Raises PublishFailed if a message was not acknowledged, and MessageTooLarge, which a retry does not
        help.
        """
        deliveries: list[asyncio.Future[Any]] = []
        try:
            async with asyncio.timeout(self._timeout_s):
                for index, message in enumerate(messages):
                    if index % _BURST == _BURST - 1:
                        await asyncio.sleep(0)  # `send` does not suspend while there is room
                    deliveries.append(await self._send(message))
                if deliveries:
                    await asyncio.wait(deliveries)
        except (KafkaError, TimeoutError) as error:
            metrics.PUBLISH_FAILED.inc()
            topics = ", ".join(sorted({message.topic for message in messages}))
            raise PublishFailed(f"{len(messages)} messages for {topics}: {error!r}") from error
        finally:
            failures = _failures_of(deliveries)
        if failures:
            metrics.PUBLISH_FAILED.inc()
            if isinstance(failures[0], MessageSizeTooLargeError):  # the topic's limit, which the broker knows
                raise MessageTooLarge(f"{len(failures)} of {len(deliveries)} messages: {failures[0]!r}")
            raise PublishFailed(
                f"{len(failures)} of {len(deliveries)} messages: {failures[0]!r}"
            ) from failures[0]
        for topic, count in Counter(message.topic for message in messages).items():
            metrics.PUBLISHED.labels(topic).inc(count)

    async def _send(self, message: OutgoingMessage) -> "asyncio.Future[Any]":
        try:
            return await self._producer.send(  # type: ignore[no-any-return]
                message.topic, message.value, key=message.key, headers=list(message.headers)
            )
        except MessageSizeTooLargeError as error:
            text = f"a message of {len(message.value)} bytes for {message.topic}: {error}"
            raise MessageTooLarge(text) from error


def _failures_of(deliveries: "list[asyncio.Future[Any]]") -> list[BaseException]:
    """Return the errors of finished deliveries; reading them also marks them as retrieved for asyncio."""
    return [error for future in deliveries if future.done() and (error := future.exception()) is not None]
