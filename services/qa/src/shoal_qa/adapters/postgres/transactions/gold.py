"""The gold items of a transaction in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from shoal_qa.adapters.postgres.columns import as_columns
from shoal_qa.usecases.ports import GoldJob, Major

_ADD = """
INSERT INTO gold (project, sample_id, label, job_id, answer, added_at)
SELECT $1, sample_id, label, job_id, answer, $6
FROM unnest($2::text[], $3::text[], $4::text[], $5::jsonb[]) AS new (sample_id, label, job_id, answer)
ON CONFLICT (project, sample_id) DO UPDATE
SET label = excluded.label, job_id = excluded.job_id, answer = excluded.answer
WHERE gold.label <> excluded.label OR gold.job_id <> excluded.job_id
"""

_JOB_IDS = """
SELECT DISTINCT ON (sample_id) sample_id, job_id FROM jobs
WHERE project = $1 AND major = $2 AND purpose = 'gold' AND sample_id = ANY($3::text[])
ORDER BY sample_id, created_at, job_id
"""

_JOBS = """
SELECT j.job_id, j.sample_id, j.purpose, g.label AS right FROM gold g JOIN jobs j USING (project, sample_id)
WHERE project = $1 AND j.major = $2 AND j.state <> 'erased' ORDER BY j.job_id LIMIT $3
"""


class PostgresGold:
    """Gold items on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def add(
        self, project: str, rows: Sequence[tuple[str, str, str, dict[str, Any] | None]], now: datetime
    ) -> int:
        """Store gold items; return the number of new or changed ones."""
        unique = {row[0]: row for row in rows}
        if not unique:
            return 0
        status: str = await self._conn.execute(
            _ADD, project, *as_columns([unique[sample] for sample in sorted(unique)]), now
        )
        changed = int(status.split()[-1])
        if changed:  # fits with other gold answers are due again, also one that is running
            await self._conn.execute(
                "UPDATE fits SET seen = 0, number = number + 1 WHERE project = $1", project
            )
        return changed

    async def job_ids(self, project: str, major: int, sample_ids: Collection[str]) -> dict[str, str]:
        """Return the ids of the stored gold jobs of samples under a major, by sample."""
        rows = await self._conn.fetch(_JOB_IDS, project, major, list(sample_ids))
        return {row["sample_id"]: row["job_id"] for row in rows}

    async def jobs_of_major(self, key: Major, limit: int) -> list[GoldJob]:
        """Return the jobs of samples with gold, of any purpose but not erased ones; `limit` at most."""
        return [GoldJob(**row) for row in await self._conn.fetch(_JOBS, *key, limit)]
