"""Accepted labels in PostgreSQL, under every version of the guideline."""

from collections.abc import AsyncGenerator
from typing import Any

from shoal.contracts.quality import GuidelinePublished
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines

Row = dict[str, Any]
_PAGE = 1000
_ACCEPTED = """
SELECT l.sample_id, l.job_id, l.revision, l.label, l.answer, l.probability, l.evidence, l.accepted_at,
       j.major, j.minor, j.content, j.campaign_id, j.group_key, j.purpose, j.predicted, j.model, j.source,
       j.source_id, j.tags, j.occurred_at, j.campaign, i.probability AS inclusion
FROM (SELECT DISTINCT ON (job_id) * FROM labels
      WHERE project = $1
        AND seq <= (SELECT seq FROM labels WHERE project = $1 ORDER BY seq OFFSET greatest($2::bigint - 1, 0) LIMIT 1)
      ORDER BY job_id, revision DESC) l
JOIN jobs j ON j.job_id = l.job_id
LEFT JOIN inclusion i ON i.project = j.project AND i.sample_id = j.sample_id
WHERE l.state <> 'withdrawn' AND j.state <> 'erased' AND j.purpose IN ('label', 'audit')
ORDER BY l.sample_id, j.major DESC, l.seq DESC
"""
# A position counts the labels of its project alone: `seq` would depend on other projects.
_POSITION = "SELECT count(*) FROM labels WHERE project = $1"

_JOBS = "SELECT count(*) FROM labels WHERE project = $1 AND revision = 1"


class PostgresAccepted:
    """Reads accepted labels page by page, as they were at a position of their log."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._guidelines = PostgresGuidelines(pool)

    async def guidelines(self, project: str) -> list[GuidelinePublished]:
        """Return every version of the guideline, oldest first."""
        return await self._guidelines.all(project)

    async def position(self, project: str) -> int:
        """Return the number of labels in the project's log, which only grows."""
        return int(await self._pool.fetchval(_POSITION, project))

    async def jobs(self, project: str) -> int:
        """Return the number of jobs with a label in the project's log, withdrawn ones too."""
        return int(await self._pool.fetchval(_JOBS, project))

    async def accepted(self, project: str, until: int) -> AsyncGenerator[list[Row]]:
        """Yield pages of the labels that were accepted at a position of the log, by sample id.

        Of a sample, the newest major's and label's come first. Labels are committed in the order of their
        positions, so none appears below `until` later.
        """
        async with (
            self._pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            cursor = await conn.cursor(_ACCEPTED, project, until)
            while records := await cursor.fetch(_PAGE):
                yield [dict(record) for record in records]
