"""Transactions over all tables."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from shoal_gateway.adapters.postgres.transactions.annotations import PostgresAnnotations
from shoal_gateway.adapters.postgres.transactions.feeds import PostgresFeeds
from shoal_gateway.adapters.postgres.transactions.intents import PostgresIntents
from shoal_gateway.adapters.postgres.transactions.jobs import PostgresJobs
from shoal_gateway.adapters.postgres.transactions.outbox import PostgresOutbox
from shoal_gateway.adapters.postgres.transactions.queue import PostgresQueue
from shoal_gateway.adapters.postgres.transactions.requests import OF_JOB, PostgresRequests
from shoal_gateway.adapters.postgres.transactions.samples import PostgresSamples
from shoal_gateway.adapters.postgres.transactions.tasks import PostgresTasks
from shoal_gateway.usecases.ports import Clock, Transaction


def transaction_on(conn: Any, clock: Clock) -> Transaction:
    """Return the aggregates of a connection on which the caller began a transaction."""
    return Transaction(
        samples=PostgresSamples(conn),
        jobs=PostgresJobs(conn),
        requests=PostgresRequests(conn),
        tasks=PostgresTasks(conn),
        intents=PostgresIntents(conn),
        annotations=PostgresAnnotations(conn),
        queue=PostgresQueue(conn),
        feeds=PostgresFeeds(conn),
        outbox=PostgresOutbox(conn, clock),
        savepoint=conn.transaction,
    )


class PostgresDatabase:
    """Transactions from a pool, each on one connection."""

    def __init__(self, pool: Any, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit when the block ends, roll back when it raises."""
        async with self._pool.acquire() as conn, conn.transaction():
            yield transaction_on(conn, self._clock)

    async def waiting_jobs(self, limit: int) -> Sequence[str]:
        """Return the ids of stored jobs with requests that are not applied."""
        records = await self._pool.fetch(
            f"SELECT DISTINCT r.job_id FROM vote_requests r JOIN jobs j ON {OF_JOB} WHERE NOT applied LIMIT $1",
            limit,
        )
        return [row["job_id"] for row in records]
