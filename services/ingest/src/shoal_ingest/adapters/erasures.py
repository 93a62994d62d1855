"""The erasure ledger in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from shoal.contracts.samples import SampleErased
from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox
from shoal_ingest.adapters.media import release_media


class PostgresErasures:
    """Stores erasures and their events in one transaction."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def add(self, events: Sequence[SampleErased], messages: Sequence[OutgoingMessage]) -> set[str]:
        """Store erasures once, and announce them every time, as the samples may have been sent again.

        The digests of the contents are erased as well, and images that no other sample uses are removed soon.
        """
        columns = [
            [getattr(event, name) for event in sorted(events, key=lambda event: event.sample_id)]
            for name in ("project", "sample_id", "reason", "erased_at")
        ]
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(
                """INSERT INTO erasures (project, sample_id, reason, erased_at)
                   SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
                   ON CONFLICT DO NOTHING RETURNING sample_id""",
                *columns,
            )
            await conn.execute(
                """UPDATE samples s SET digest = NULL FROM unnest($1::text[], $2::text[]) AS e (project, sample_id)
                   WHERE s.project = e.project AND s.sample_id = e.sample_id::uuid""",
                *columns[:2],
            )
            await release_media(conn, *columns[:2])
            await self._outbox.add_checked(conn, messages)
        return {row["sample_id"] for row in rows}
