"""Transactions over every table."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from shoal_qa.adapters.postgres.transactions.annotations import PostgresAnnotations
from shoal_qa.adapters.postgres.transactions.gold import PostgresGold
from shoal_qa.adapters.postgres.transactions.jobs import PostgresJobs
from shoal_qa.adapters.postgres.transactions.labels import PostgresLabels
from shoal_qa.adapters.postgres.transactions.outbox import PostgresOutbox
from shoal_qa.adapters.postgres.transactions.projects import FitCache, PostgresProjects
from shoal_qa.adapters.postgres.transactions.samples import PostgresSamples
from shoal_qa.usecases.ports import Transaction


class PostgresDatabase:
    """Transactions on connections of a pool."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._fits = FitCache()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit when the block ends, roll back when it raises."""
        async with self._pool.acquire() as conn, conn.transaction():
            yield Transaction(
                projects=PostgresProjects(conn, self._fits),
                jobs=PostgresJobs(conn),
                annotations=PostgresAnnotations(conn),
                labels=PostgresLabels(conn),
                samples=PostgresSamples(conn),
                gold=PostgresGold(conn),
                outbox=PostgresOutbox(conn),
            )
