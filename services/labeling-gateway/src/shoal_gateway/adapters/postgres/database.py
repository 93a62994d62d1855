"""Transactions over every table."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from shoal.clock import utc_now
from shoal.contracts.labels import AnnotationSubmitted
from shoal.contracts.topics import LABELS_SUBMITTED
from shoal.messaging import encode
from shoal.persistence import Outbox
from shoal_gateway.adapters.postgres.annotations import Annotations
from shoal_gateway.adapters.postgres.jobs import Jobs
from shoal_gateway.adapters.postgres.queue import Queue
from shoal_gateway.adapters.postgres.tasks import Tasks
from shoal_gateway.domain.providers import ProviderConfig

SOURCE = "/shoal/labeling-gateway"


class PostgresTransaction(Jobs, Tasks, Annotations, Queue):
    """One transaction on one connection."""

    def __init__(self, conn: Any, outbox: Outbox) -> None:
        self.conn = conn
        self._outbox = outbox

    async def publish(self, events: Sequence[tuple[AnnotationSubmitted, str]]) -> None:
        """Put events into the outbox; the relay publishes them after the commit."""
        now = utc_now()
        messages = [
            encode(LABELS_SUBMITTED, event, event_id=event_id, source=SOURCE, time=now)
            for event, event_id in events
        ]
        if messages:
            await self._outbox.add(self.conn, messages)

    async def save_cursor(self, config: ProviderConfig, cursor: str | None) -> None:
        """Keep how far a feed was read."""
        await self.conn.execute(
            "UPDATE poll_cursors SET cursor = $3, leased_until = NULL WHERE project = $1 AND provider = $2",
            *config.key,
            cursor,
        )


class PostgresDatabase:
    """Transactions from a pool."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """Commit when the block ends, roll back when it raises."""
        async with self._pool.acquire() as conn, conn.transaction():
            yield PostgresTransaction(conn, self._outbox)

    async def waiting_jobs(self, limit: int) -> Sequence[str]:
        """Return ids of jobs that are here and have requests not applied."""
        found = await self._pool.fetch(
            """SELECT DISTINCT job_id FROM vote_requests JOIN jobs USING (job_id)
               WHERE NOT applied LIMIT $1""",
            limit,
        )
        return [row["job_id"] for row in found]
