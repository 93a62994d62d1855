"""Webhooks that were answered and are not processed yet."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.adapters.postgres.database import transaction_on
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.usecases.ports import Clock, Transaction

CLAIM = """
SELECT project, provider, webhook_id, annotations FROM webhook_inbox
WHERE NOT done ORDER BY received_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""


class PostgresInbox:
    """The inbox. A webhook is processed in the transaction that marks it done."""

    def __init__(self, pool: Any, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def keep(self, config: ProviderConfig, webhook_id: str, annotations: Sequence[Annotation]) -> None:
        """Store a webhook once; a repeated id changes nothing."""
        await self._pool.execute(
            """INSERT INTO webhook_inbox (project, provider, webhook_id, annotations)
               VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING""",
            *config.key,
            webhook_id,
            [rows.annotation_json(item) for item in annotations],
        )

    async def drain(
        self, work: Callable[[Transaction, str, str, Sequence[Annotation]], Awaitable[None]]
    ) -> bool:
        """Process the oldest webhook that no other replica has locked; return False if there is none."""
        async with self._pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(CLAIM)
            if row is None:
                return False
            items = [rows.annotation_from_json(value) for value in row["annotations"]]
            await work(transaction_on(conn, self._clock), row["project"], row["provider"], items)
            await conn.execute(
                """UPDATE webhook_inbox SET done = true
                   WHERE project = $1 AND provider = $2 AND webhook_id = $3""",
                row["project"],
                row["provider"],
                row["webhook_id"],
            )
        return True
