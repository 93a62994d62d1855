"""The erasure ledger in PostgreSQL."""

from typing import Any

from shoal.contracts.samples import SampleErased
from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox


class PostgresErasures:
    """Stores an erasure and its event in one transaction."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def add(self, event: SampleErased, message: OutgoingMessage) -> bool:
        """Store an erasure once, and announce it every time, as the sample may have been sent again."""
        async with self._pool.acquire() as conn, conn.transaction():
            status = await conn.execute(
                """INSERT INTO erasures (project, sample_id, reason, erased_at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT DO NOTHING""",
                event.project,
                event.sample_id,
                event.reason,
                event.erased_at,
            )
            await self._outbox.add(conn, [message])
        return bool(status.endswith(" 1"))
