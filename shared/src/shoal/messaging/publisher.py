"""The publisher over aiokafka: sends everything at once, waits for every acknowledgement."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shoal.messaging.errors import MessageTooLarge, PublishFailed
from shoal.messaging.messages import OutgoingMessage
from shoal.observability import metrics


class KafkaPublisher:
    """Publishes in the order given; the key decides the partition."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Return when the broker has acknowledged every message.

        Raises PublishFailed when any was not acknowledged, and MessageTooLarge, which no repetition will
        help.
        """
        sent: list[asyncio.Future[Any]] = []
        try:
            for message in messages:
                sent.append(await self._send(message))  # noqa: PERF401 - kept when the next fails
        finally:
            failures = await _failures(sent)
        if failures:
            metrics.PUBLISH_FAILED.inc()
            raise PublishFailed(f"{len(failures)} of {len(sent)} messages: {failures[0]!r}") from failures[0]
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
        except KafkaError as error:
            metrics.PUBLISH_FAILED.inc()
            raise PublishFailed(f"{message.topic}: {error!r}") from error


async def _failures(sent: "list[asyncio.Future[Any]]") -> list[BaseException]:
    if not sent:
        return []
    await asyncio.wait(sent)
    return [error for future in sent if (error := future.exception()) is not None]
