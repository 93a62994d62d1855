"""Webhooks that were answered and are not processed yet."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from shoal.outages import action_for
from shoal_gateway.adapters.postgres import rows
from shoal_gateway.adapters.postgres.transactions.database import transaction_on
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.retrying import wait_s
from shoal_gateway.usecases.ports import Clock, Transaction

MOST_ATTEMPTS = 3  # an error that is no outage is the same next time, unless the service was mended
LONGEST_WAIT_S = 60.0
WAITING = "NOT done AND NOT parked AND next_at <= $1"
CLAIM = f"""
SELECT project, provider, webhook_id, annotations, attempts FROM webhook_inbox
WHERE {WAITING} AND project = $2 AND provider = $3 ORDER BY received_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
KEY = "project = $1 AND provider = $2 AND webhook_id = $3"
Work = Callable[[Transaction, str, str, Sequence[Annotation]], Awaitable[None]]


class PostgresInbox:
    """The inbox. A webhook is processed in the transaction that marks it done."""

    def __init__(self, pool: Any, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def keep(self, config: ProviderConfig, webhook_id: str, annotations: Sequence[Annotation]) -> bool:
        """Store a webhook once; return False for a repeated id, which changes nothing."""
        status = await self._pool.execute(
            """INSERT INTO webhook_inbox (project, provider, webhook_id, annotations, next_at)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING""",
            *config.key,
            webhook_id,
            [rows.annotation_json(item) for item in annotations],
            self._clock(),
        )
        return str(status).endswith(" 1")

    async def due(self) -> Sequence[tuple[str, str]]:
        """Return the (project, provider) of webhooks that wait."""
        records = await self._pool.fetch(
            f"SELECT DISTINCT project, provider FROM webhook_inbox WHERE {WAITING}", self._clock()
        )
        return [(row["project"], row["provider"]) for row in records]

    async def drain(self, lane: tuple[str, str], work: Work) -> bool:
        """Process the provider's oldest webhook that no replica has locked; return False without one."""
        async with self._pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(CLAIM, self._clock(), *lane)
            if row is None:
                return False
            try:
                async with conn.transaction():
                    await self._process(conn, row, work)
            except Exception as error:
                await self._note_failure(conn, row, error)
        return True

    async def _process(self, conn: Any, row: Any, work: Work) -> None:
        items = [rows.annotation_from_json(value) for value in row["annotations"]]
        await work(transaction_on(conn, self._clock), row["project"], row["provider"], items)
        await conn.execute(f"UPDATE webhook_inbox SET done = true, error = NULL WHERE {KEY}", *_key_of(row))

    async def _note_failure(self, conn: Any, row: Any, error: Exception) -> None:
        """Store the failure; if the connection is the reason, this raises too, and nothing is counted."""
        attempts = row["attempts"] + 1
        wait = min(LONGEST_WAIT_S, wait_s(attempts, retry_after_s=None, jitter=1.0))
        await conn.execute(
            f"UPDATE webhook_inbox SET attempts = $4, error = $5, next_at = $6, parked = $7 WHERE {KEY}",
            *_key_of(row),
            attempts,
            f"processing failed with {type(error).__name__}",
            self._clock() + timedelta(seconds=wait),
            attempts >= MOST_ATTEMPTS and not action_for(error).is_outage,
        )


def _key_of(row: Any) -> tuple[str, str, str]:
    return (row["project"], row["provider"], row["webhook_id"])
