"""Numbers for metrics in PostgreSQL. Their cost depends on what waits and on the number of campaigns."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from shoal_qa.adapters.postgres.audits import AuditReader
from shoal_qa.adapters.postgres.columns import as_columns
from shoal_qa.usecases.ports.measures import CampaignState, JobCount, ParkedCount, StoredQuality

MOST_CHANGES = 1_000
"""Rows of job_tallies above one for each sum, from which on they are added up."""

_COUNTS = """
SELECT project, campaign, state, sum(jobs)::bigint AS jobs, sum(wanted)::bigint AS wanted, sum(votes)::bigint AS votes,
       sum(disputed)::bigint AS disputed, max(changed_at) AS changed_at, count(*) AS changes
FROM job_tallies GROUP BY project, campaign, state ORDER BY project, campaign, state
"""
# One replica at a time; what others add meanwhile stays.
_ADD_UP = """
WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtextextended('qa.job_tallies', 0)) AS mine),
     taken AS (DELETE FROM job_tallies WHERE (SELECT mine FROM turn) RETURNING *)
INSERT INTO job_tallies
SELECT project, campaign, state, sum(jobs), sum(wanted), sum(votes), sum(disputed), max(changed_at)
FROM taken GROUP BY project, campaign, state
HAVING (sum(jobs), sum(wanted), sum(votes), sum(disputed)) <> (0, 0, 0, 0)
"""
_OLDEST = """
SELECT key.*, extract(epoch FROM clock_timestamp() - oldest.since)::float8 AS age_s
FROM unnest($1::text[], $2::text[], $3::text[]) AS key (project, campaign, state)
CROSS JOIN LATERAL (
    SELECT coalesce(state_since, created_at) AS since FROM jobs
    WHERE project = key.project AND coalesce(campaign, '') = key.campaign AND state = key.state
      AND state IN ('open', 'review') AND purpose IN ('label', 'audit')
    ORDER BY coalesce(state_since, created_at) LIMIT 1) oldest
"""
_PARKED = """
SELECT project, count(*) AS count, extract(epoch FROM clock_timestamp() - min(received_at))::float8 AS age_s
FROM annotations WHERE parked GROUP BY project
"""


class PostgresMeasures(AuditReader):
    """Measures over all projects."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def job_counts(self) -> list[JobCount]:
        """Return the jobs of every campaign; add up the rows of the tallies when they are many."""
        rows = await self._pool.fetch(_COUNTS)
        if sum(row["changes"] for row in rows) - len(rows) > MOST_CHANGES:
            await self._pool.execute(_ADD_UP)
        return [_job_count(row) for row in rows if row["jobs"]]

    async def oldest_jobs(self, keys: Collection[CampaignState]) -> dict[CampaignState, float]:
        """Return how long the oldest job has been in its state, in seconds. keys: of open jobs or reviews."""
        if not keys:
            return {}
        rows = await self._pool.fetch(_OLDEST, *as_columns(sorted(keys)))
        return {(row["project"], row["campaign"], row["state"]): max(0.0, row["age_s"]) for row in rows}

    async def parked(self) -> list[ParkedCount]:
        """Return the projects with parked annotations."""
        rows = await self._pool.fetch(_PARKED)
        return [ParkedCount(row["project"], row["count"], max(0.0, row["age_s"])) for row in rows]

    async def measured_at(self) -> dict[str, datetime]:
        """Return when each project was last measured."""
        rows = await self._pool.fetch("SELECT project, measured_at FROM quality")
        return {row["project"]: row["measured_at"] for row in rows}

    async def quality(self, project: str) -> StoredQuality | None:
        """Return a project's quality; None if it is gone."""
        row = await self._pool.fetchrow(
            "SELECT body, production, providers FROM quality WHERE project = $1", project
        )
        return None if row is None else StoredQuality(row["body"], row["production"], row["providers"])


def _job_count(row: Any) -> JobCount:
    return JobCount(
        project=row["project"],
        campaign=row["campaign"],
        state=row["state"],
        jobs=row["jobs"],
        votes_wanted=row["wanted"],
        votes_received=row["votes"],
        disputed=row["disputed"],
        changed_at=row["changed_at"],
    )
