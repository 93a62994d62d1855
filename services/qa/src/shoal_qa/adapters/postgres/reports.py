"""Queries of the HTTP API: labels, jobs, metrics, annotators, reviews, gold."""

from typing import Any

from shoal_qa.adapters.postgres.audits import AuditReader

Row = dict[str, Any]
_LABELS = """
SELECT l.seq, l.job_id, l.sample_id, l.revision, l.state, l.label, l.probability, l.evidence, l.reason, l.accepted_at,
       l.answer, j.campaign_id, j.purpose, j.major, j.minor, j.content, j.predicted, j.model, i.probability AS inclusion
FROM labels l JOIN jobs j ON j.job_id = l.job_id AND j.revision = l.revision
LEFT JOIN inclusion i ON i.project = l.project AND i.sample_id = l.sample_id
WHERE l.project = $1 AND l.seq > $2 ORDER BY l.seq LIMIT $3
"""
_VOTES = """
SELECT DISTINCT ON (provider, annotation_id)
       job_id, provider, annotator, annotation_id, revision, action, label, purpose, price, submitted_at,
       event->'answer' AS answer, event->'answer'->>'code' AS skip_code,
       coalesce(event->'answer'->>'reason', '') AS skip_reason
FROM annotations WHERE project = $1 AND job_id = ANY($2::text[]) ORDER BY provider, annotation_id, revision DESC
"""
_ANNOTATIONS = """
SELECT seq, job_id, sample_id, provider, annotator, annotation_id, revision, action, label, purpose, price,
       submitted_at, event->'answer' AS answer, event->'answer'->>'code' AS skip_code,
       coalesce(event->'answer'->>'reason', '') AS skip_reason
FROM annotations WHERE project = $1 AND seq > $2 ORDER BY seq LIMIT $3
"""
_JOB = """job_id, project, sample_id, purpose, major, minor, content, campaign_id, group_key, predicted, model, state,
    wanted, most, round, label, decided, revision, created_at"""
_ANNOTATOR = (
    """project, annotator, state, votes, skill, skill_low, skill_high, gold_right, gold_answered, alarms"""
)


class PostgresReports(AuditReader):
    """Read-only queries."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def labels(self, project: str, after: int, limit: int) -> list[Row]:
        """Return the newest revision of each label that changed after `after`, in the order of change."""
        return [dict(row) for row in await self._pool.fetch(_LABELS, project, after, limit)]

    async def votes(self, project: str, job_ids: list[str]) -> list[Row]:
        """Return the newest revision of every annotation of the project's jobs."""
        return [dict(row) for row in await self._pool.fetch(_VOTES, project, job_ids)]

    async def annotations(self, project: str, after: int, limit: int) -> list[Row]:
        """Return every revision of annotations that came after `after`, in the order of arrival."""
        return [dict(row) for row in await self._pool.fetch(_ANNOTATIONS, project, after, limit)]

    async def job(self, project: str, job_id: str) -> Row | None:
        """Return a job in its current state."""
        row = await self._pool.fetchrow(
            f"SELECT {_JOB} FROM jobs WHERE project = $1 AND job_id = $2", project, job_id
        )
        return None if row is None else dict(row)

    async def quality(self, project: str) -> Row | None:
        """Return the project's metrics as last measured."""
        body = await self._pool.fetchval("SELECT body FROM quality WHERE project = $1", project)
        return None if body is None else dict(body)

    async def annotators(self, project: str) -> list[Row]:
        """Return annotators, those with most votes first."""
        rows = await self._pool.fetch(
            f"SELECT {_ANNOTATOR} FROM annotators WHERE project = $1 ORDER BY votes DESC, annotator", project
        )
        return [dict(row) for row in rows]

    async def reviews(self, project: str, limit: int) -> list[Row]:
        """Return jobs that wait for an expert, oldest first."""
        rows = await self._pool.fetch(
            """SELECT job_id, sample_id, content, created_at FROM jobs
               WHERE project = $1 AND state = 'review' ORDER BY created_at LIMIT $2""",
            project,
            limit,
        )
        return [dict(row) for row in rows]

    async def gold(self, project: str) -> list[Row]:
        """Return gold items."""
        rows = await self._pool.fetch(
            """SELECT g.sample_id, g.label, g.answer, g.job_id, g.added_at,
                      (SELECT count(DISTINCT (provider, annotator)) FROM annotations a
                       WHERE a.project = g.project AND a.job_id = g.job_id AND a.label IS NOT NULL) AS answers
               FROM gold g WHERE g.project = $1 ORDER BY g.added_at, g.sample_id""",
            project,
        )
        return [dict(row) for row in rows]

    async def jobs_by_state(self, project: str) -> dict[str, int]:
        """Return the number of jobs in each state; gold items count as the state `gold`."""
        rows = await self._pool.fetch(
            """SELECT CASE WHEN purpose = 'gold' THEN 'gold' ELSE state END AS state, count(*) AS n
               FROM jobs WHERE project = $1 GROUP BY 1""",
            project,
        )
        return {row["state"]: row["n"] for row in rows}
