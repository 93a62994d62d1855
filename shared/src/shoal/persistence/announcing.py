"""Announce again what compacted topics hold, from the database that owns it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shoal.persistence.pool import open_pool

PAGE = 500
"""Rows of one transaction."""
Announce = Callable[[Any], Awaitable[int]]
"""Writes the events of one topic to the outbox of a pool's schema; returns their number."""


@dataclass(frozen=True, slots=True)
class Announced:
    """The compacted topics that a service owns: the schema of its tables, and how each topic is announced."""

    schema: str
    topics: Mapping[str, Announce]


async def announce_state(dsn: str, announced: Announced) -> dict[str, int]:
    """Write the events of every topic to the outbox; return their number by topic.

    The service's relay publishes them. Their ids are those of the first time, so consumers that know them
    change nothing. Raises asyncpg's errors.
    """
    pool = await open_pool(dsn, announced.schema, max_size=2)
    try:
        return {name: await announce(pool) for name, announce in announced.topics.items()}
    finally:
        await pool.close()
