"""Retention: how long the rows of a service's tables are kept, and the loop that deletes older ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shoal.observability import metrics

INTERVAL_S = 600.0
PART = 2_000  # rows of one statement: short locks, and little for a standby to replay at once


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a table keeps its rows.

    reason: why they are needed that long, and what follows once they are gone. delete: a statement that
    deletes at most $2 rows that are older than $1; None: the rows stay for good, or another part of the
    service removes them.
    """

    table: str
    reason: str
    delete: str | None = None


class Janitor:
    """Deletes rows that are older than `days`. Replicas may run it at the same time."""

    def __init__(
        self, pool: Any, tables: Sequence[Retention], *, days: int, clock: Callable[[], datetime]
    ) -> None:
        self._pool = pool
        self._tables = [table for table in tables if table.delete is not None]
        self._age = timedelta(days=days)
        self._clock = clock

    async def __call__(self) -> int:
        """Delete at most PART rows of every table; return how many rows went."""
        oldest, total = self._clock() - self._age, 0
        for table in self._tables:
            status = await self._pool.execute(table.delete, oldest, PART)
            count = int(status.rpartition(" ")[2])
            metrics.ROWS_EXPIRED.labels(table.table).inc(count)
            total += count
        return total
