"""Quality of projects in PostgreSQL, announced through the outbox."""

from collections.abc import Mapping
from typing import Any

from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox
from shoal_qa.adapters.postgres.audits import AuditReader
from shoal_qa.usecases.ports import Totals

_TOTALS = """
SELECT
    (SELECT count(*) FROM (
        SELECT DISTINCT ON (provider, annotation_id) label FROM annotations WHERE project = $1
          AND purpose <> 'review'
        ORDER BY provider, annotation_id, revision DESC) v WHERE v.label IS NOT NULL) AS votes,
    (SELECT coalesce(sum(least(price, 1e9)), 0) FROM annotations WHERE project = $1) AS spent,
    count(*) FILTER (WHERE state = 'open' AND purpose IN ('label', 'audit')) AS jobs_open,
    count(*) FILTER (WHERE state = 'accepted' AND purpose IN ('label', 'audit')) AS labels_accepted,
    count(*) FILTER (WHERE state = 'review') AS reviews_open
FROM jobs WHERE project = $1
"""
_SAVE = """
INSERT INTO quality (project, body, measured_at) VALUES ($1, $2, now())
ON CONFLICT (project) DO UPDATE SET body = excluded.body, measured_at = excluded.measured_at
"""


class PostgresQuality(AuditReader):
    """Quality by project."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def totals(self, project: str) -> Totals:
        """Return counts and costs."""
        row = await self._pool.fetchrow(_TOTALS, project)
        return Totals(
            votes=row["votes"],
            jobs_open=row["jobs_open"],
            labels_accepted=row["labels_accepted"],
            reviews_open=row["reviews_open"],
            spent=float(row["spent"]),
        )

    async def save(self, project: str, body: Mapping[str, Any], message: OutgoingMessage) -> None:
        """Store the project's metrics and announce them."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(_SAVE, project, dict(body))
            await self._outbox.add(conn, [message])
