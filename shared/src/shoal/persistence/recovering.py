"""Bring a database that was restored to an earlier moment up to what Kafka holds."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shoal.contracts.topics import Topic
from shoal.messaging import Received
from shoal.persistence.pool import open_pool


class History(Protocol):
    """What topics hold."""

    def read(self, topic: Topic) -> AsyncIterator[list[Received[Any]]]:
        """Yield the events of a topic in batches."""


Recover = Callable[[Any, History], Awaitable[Mapping[str, int]]]
"""Stores what a pool's schema lacks of what topics hold; returns counts by kind. Idempotent."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The schema of a service's tables, and how they recover."""

    schema: str
    recover: Recover


class _WatchedHistory:
    """A history that notes which of some events it holds."""

    def __init__(self, history: History, ids: Iterable[str]) -> None:
        self._history = history
        self._ids = frozenset(ids)
        self.held_ids: set[str] = set()

    async def read(self, topic: Topic) -> AsyncIterator[list[Received[Any]]]:
        """Yield the events of a topic in batches."""
        async for batch in self._history.read(topic):
            self.held_ids.update(self._ids.intersection(record.id for record in batch))
            yield batch


async def recover_state(dsn: str, recovered: Recovered, history: History) -> Mapping[str, int]:
    """Recover a service's tables; the service must not run. Raises asyncpg's and aiokafka's errors."""
    pool = await open_pool(dsn, recovered.schema, max_size=4)
    try:
        return await recover_pool(pool, recovered, history)
    finally:
        await pool.close()


async def recover_pool(pool: Any, recovered: Recovered, history: History) -> Mapping[str, int]:
    """Recover the tables of a pool's schema, and empty its outbox of what Kafka has.

    Published again, an earlier state would follow the later ones, and compaction would keep it alone.
    """
    numbers = await _outbox_numbers(pool)
    watched = _WatchedHistory(history, numbers)
    counts = await recovered.recover(pool, watched)
    held = [number for event_id in watched.held_ids for number in numbers[event_id]]
    await pool.execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", held)
    return {**counts, "messages that Kafka has": len(held)}


async def _outbox_numbers(pool: Any) -> dict[str, list[int]]:
    """Return the numbers of the outbox's messages by the ids of their events."""
    numbers: dict[str, list[int]] = {}
    for row in await pool.fetch("SELECT seq, header_names, headers FROM outbox"):
        headers = dict(zip(row["header_names"], row["headers"], strict=True))
        numbers.setdefault(bytes(headers.get("ce_id", b"")).decode(), []).append(row["seq"])
    return numbers
