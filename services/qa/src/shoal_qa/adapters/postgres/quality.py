"""Quality of projects in PostgreSQL, announced through the outbox."""

from typing import Any

from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox
from shoal_qa.adapters.postgres.audits import AuditReader
from shoal_qa.usecases.ports import MeasuredQuality, Totals

RECENT = 500  # labels with which the votes of providers are compared

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
INSERT INTO quality (project, body, production, providers, measured_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (project) DO UPDATE SET body = excluded.body, production = excluded.production,
    providers = excluded.providers, measured_at = excluded.measured_at
"""
_RECENT = """
SELECT l.job_id, l.label FROM labels l JOIN jobs j ON j.job_id = l.job_id AND j.revision = l.revision
WHERE l.project = $1 AND l.label IS NOT NULL ORDER BY l.seq DESC LIMIT $2
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

    async def recent_labels(self, project: str) -> list[tuple[str, str]]:
        """Return (job, label) of the newest accepted labels."""
        return [tuple(row) for row in await self._pool.fetch(_RECENT, project, RECENT)]

    async def save(self, project: str, measured: MeasuredQuality, message: OutgoingMessage) -> None:
        """Store a project's quality and announce it."""
        values = dict(measured.body), list(measured.production), dict(measured.providers)
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(_SAVE, project, *values)
            await self._outbox.add(conn, [message])
