"""Fits, and the votes and gold they are made from, in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from shoal_qa.adapters.files.fits import dump_fit
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import ProjectVotes
from shoal_qa.domain.votes.book import Annotation, VoteBook
from shoal_qa.usecases.ports import Major, Votes

# Steps from one project and major to the next in the index annotations_in_order, and reads the end of each.
# The cost grows with the number of projects, not of annotations.
_DUE = """
WITH RECURSIVE majors AS (
    (SELECT project, major FROM annotations ORDER BY project, major LIMIT 1)
    UNION ALL
    SELECT following.project, following.major FROM majors m CROSS JOIN LATERAL (
        SELECT project, major FROM annotations a WHERE (a.project, a.major) > (m.project, m.major)
        ORDER BY project, major LIMIT 1) following
)
SELECT m.project, m.major FROM majors m LEFT JOIN fits f USING (project, major)
WHERE coalesce(f.seen, 0) < (
    SELECT max(seq) FROM annotations a WHERE a.project = m.project AND a.major = m.major) ORDER BY 1, 2
"""
_VOTES = """
SELECT DISTINCT ON (provider, annotation_id)
       job_id, provider, annotator, annotation_id, revision, submitted_at, label,
       (event ->> 'duration_s')::float8 AS seconds
FROM annotations WHERE project = $1 AND major = $2 AND purpose <> 'review'
  AND ($3::text IS NULL OR job_id <= $3 OR job_id IN (SELECT job_id FROM gold WHERE project = $1))
ORDER BY provider, annotation_id, revision DESC
"""
_KEEP = """
INSERT INTO fits (project, major, number, seen, body, fitted_at) VALUES ($1, $2, 1, 0, $3, $4)
ON CONFLICT (project, major) DO UPDATE
SET number = fits.number + 1, body = excluded.body, fitted_at = excluded.fitted_at
RETURNING number
"""
_CHANGEABLE = """
FROM jobs WHERE project = $1 AND major = $2 AND NOT decided AND state <> 'erased'
  AND purpose IN ('label', 'audit') AND EXISTS (
      SELECT 1 FROM annotations a WHERE a.job_id = jobs.job_id AND a.project = jobs.project)
"""


class PostgresFits:
    """Fits by project and major."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def due(self) -> list[Major]:
        """Return the projects and majors with annotations that are newer than their fit."""
        return [(row["project"], row["major"]) for row in await self._pool.fetch(_DUE)]

    @asynccontextmanager
    async def claim(self, key: Major) -> AsyncIterator[bool]:
        """Hold a fit by an advisory lock, which ends with the connection, also when the process is killed."""
        name = f"qa.fit.{key[0]}.{key[1]}"
        async with self._pool.acquire() as conn:
            mine = await conn.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name)
            try:
                yield bool(mine)
            finally:
                if mine:
                    await conn.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", name)

    async def majors(self, project: str) -> list[Major]:
        """Return the majors of a project that have annotations."""
        rows = await self._pool.fetch(
            "SELECT DISTINCT major FROM annotations WHERE project = $1 ORDER BY major", project
        )
        return [(project, row["major"]) for row in rows]

    async def votes(self, key: Major, last_job: str | None = None) -> Votes:
        """Return the votes that count, and the gold answers."""
        # The last seq is read before the votes: annotations in between are read twice rather than never.
        last_seq = await self._pool.fetchval(
            "SELECT coalesce(max(seq), 0) FROM annotations WHERE project = $1 AND major = $2", *key
        )
        rows = await self._pool.fetch(_VOTES, *key, last_job)
        book = VoteBook(
            Annotation(
                job=row["job_id"],
                annotator=f"{row['provider']}/{row['annotator']}",
                annotation=f"{row['provider']}/{row['annotation_id']}",
                revision=row["revision"],
                at=row["submitted_at"].timestamp(),
                label=row["label"],
            )
            for row in rows
        )
        votes = sorted(
            (vote for job in book.jobs() for vote in book.votes(job)),
            key=lambda vote: (vote.at, vote.job, vote.annotator),
        )
        seconds = {f"{row['provider']}/{row['annotation_id']}": row["seconds"] for row in rows}
        gold = await self._pool.fetch(
            """SELECT j.job_id, g.label FROM gold g JOIN jobs j USING (project, sample_id)
               WHERE g.project = $1 AND j.major = $2""",
            *key,
        )
        project_votes = ProjectVotes(
            [(vote.job, vote.annotator, vote.label) for vote in votes],
            {row["job_id"]: row["label"] for row in gold},
            [seconds[vote.annotation] for vote in votes],
        )
        return Votes(project_votes, int(last_seq))

    async def keep(self, key: Major, fit: ProjectFit, now: datetime) -> int:
        """Replace a fit; return its new number."""
        body = await asyncio.to_thread(dump_fit, fit)
        return int(await self._pool.fetchval(_KEEP, *key, body, now))

    async def finish(self, key: Major, number: int, last_seq: int) -> None:
        """Store the last seq of a fit, unless its number changed because the rule or gold did."""
        await self._pool.execute(
            "UPDATE fits SET seen = $4 WHERE project = $1 AND major = $2 AND number = $3",
            *key,
            number,
            last_seq,
        )

    async def jobs_to_evaluate(self, key: Major, after: str, limit: int) -> list[str]:
        """Return the sorted ids of jobs whose label votes can still change."""
        rows = await self._pool.fetch(
            f"SELECT job_id {_CHANGEABLE} AND job_id > $3 ORDER BY job_id LIMIT $4", *key, after, limit
        )
        return [row["job_id"] for row in rows]

    async def count_jobs(self, key: Major) -> int:
        """Return the number of jobs whose label votes can still change."""
        return int(await self._pool.fetchval(f"SELECT count(*) {_CHANGEABLE}", *key))
