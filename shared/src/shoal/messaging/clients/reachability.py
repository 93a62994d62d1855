"""Whether Kafka answers at present, questions over a connection of its own."""

import asyncio
from collections.abc import Awaitable, Callable

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError

from shoal.messaging.clients.broker import kafka_connections
from shoal.messaging.clients.settings import KafkaSettings

ANSWER_S = 1.3
"""Longest wait for an answer, in seconds."""


class Reachability:
    """Asks the bootstrap servers; callers at the same time share one question."""

    def __init__(self, ask: Callable[[], Awaitable[bool]]) -> None:
        self._ask = ask
        self._asking: asyncio.Task[bool] | None = None

    async def answers(self) -> bool:
        """Return whether a server answers within `ANSWER_S`."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_once())
        return await asyncio.shield(self._asking)

    async def _ask_once(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._ask()
        except TimeoutError:
            return False


def reachability_of(settings: KafkaSettings, client_id: str) -> Reachability:
    """Return the reachability of the bootstrap servers; one that answers is enough."""

    async def ask() -> bool:
        questions = [
            asyncio.create_task(_server_answers(it)) for it in kafka_connections(settings, client_id)
        ]
        try:
            for answer in asyncio.as_completed(questions):
                if await answer:
                    return True
            return False
        finally:
            for task in questions:
                task.cancel()

    return Reachability(ask)


async def _server_answers(connection: AIOKafkaConnection) -> bool:
    """Return whether a server answers with its API versions, which also logs in."""
    try:
        await connection.connect()
    except (KafkaError, OSError):
        return False
    finally:
        connection.close()
    return True
