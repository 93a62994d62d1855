"""Fits and what they are made of, in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast

from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox
from shoal_qa.adapters.files.fits import dump_fit
from shoal_qa.domain.annotators.trust import AnnotatorState, Evidence, Signal, Standing
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import Given
from shoal_qa.domain.votes.book import Annotation, VoteBook
from shoal_qa.usecases.ports import Major, Totals, Votes

_DUE = """
SELECT latest.project, latest.major FROM
    (SELECT project, major, max(seq) AS seq FROM annotations GROUP BY project, major) latest
LEFT JOIN fits f USING (project, major)
WHERE f.seen IS NULL OR f.seen < latest.seq ORDER BY 1, 2
"""
_VOTES = """
SELECT DISTINCT ON (provider, annotation_id)
       job_id, provider, annotator, annotation_id, revision, submitted_at, label,
       (event ->> 'duration_s')::float8 AS seconds
FROM annotations WHERE project = $1 AND major = $2 AND purpose <> 'review'
ORDER BY provider, annotation_id, revision DESC
"""
_KEEP = """
INSERT INTO fits (project, major, number, seen, body, fitted_at) VALUES ($1, $2, 1, 0, $3, $4)
ON CONFLICT (project, major) DO UPDATE
SET number = fits.number + 1, body = excluded.body, fitted_at = excluded.fitted_at
RETURNING number
"""
_GOLD_ELSEWHERE = """
SELECT a.provider || '/' || a.annotator AS name, count(*) FILTER (WHERE a.label = g.label) AS right,
       count(*) AS answered
FROM (SELECT DISTINCT ON (provider, annotation_id) provider, annotator, sample_id, label FROM annotations
      WHERE project = $1 AND major <> $2 AND purpose <> 'review'
      ORDER BY provider, annotation_id, revision DESC) a
JOIN gold g ON g.project = $1 AND g.sample_id = a.sample_id
WHERE a.label IS NOT NULL GROUP BY 1
"""
_ANNOTATORS = """
INSERT INTO annotators
    (project, annotator, state, votes, skill, skill_low, skill_high, gold_right, gold_answered, alarms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (project, annotator) DO UPDATE SET state = $3, votes = $4, skill = $5, skill_low = $6, skill_high = $7,
    gold_right = $8, gold_answered = $9, alarms = $10
"""
_LOOK_AT = """
SELECT job_id FROM jobs
WHERE project = $1 AND major = $2 AND job_id > $3 AND NOT decided AND state <> 'erased'
  AND purpose IN ('label', 'audit') AND EXISTS (SELECT 1 FROM annotations a WHERE a.job_id = jobs.job_id)
ORDER BY job_id LIMIT $4
"""
_TOTALS = """
SELECT
    (SELECT count(*) FROM (
        SELECT DISTINCT ON (provider, annotation_id) label FROM annotations WHERE project = $1
          AND purpose <> 'review'
        ORDER BY provider, annotation_id, revision DESC) v WHERE v.label IS NOT NULL) AS votes,
    (SELECT coalesce(sum(price), 0) FROM annotations WHERE project = $1) AS spent,
    count(*) FILTER (WHERE state = 'open' AND purpose IN ('label', 'audit')) AS jobs_open,
    count(*) FILTER (WHERE state = 'accepted' AND purpose IN ('label', 'audit')) AS labels_accepted,
    count(*) FILTER (WHERE state = 'review') AS reviews_open
FROM jobs WHERE project = $1
"""
_QUALITY = """
INSERT INTO quality (project, body, measured_at) VALUES ($1, $2, now())
ON CONFLICT (project) DO UPDATE SET body = excluded.body, measured_at = excluded.measured_at
"""


class FitCache:
    """Fits in this process's memory, by number."""

    def __init__(self) -> None:
        self._known: dict[Major, tuple[int, ProjectFit]] = {}

    def number(self, key: Major) -> int | None:
        """Return the number of the fit that is known."""
        return self._known[key][0] if key in self._known else None

    def get(self, key: Major) -> ProjectFit:
        """Return the fit that is known."""
        return self._known[key][1]

    def put(self, key: Major, number: int, fit: ProjectFit) -> None:
        """Know a fit."""
        self._known[key] = number, fit


class PostgresFits:
    """Everything that a refit reads and writes."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def due(self) -> list[Major]:
        """Return what has annotations that its fit has not seen."""
        return [(row["project"], row["major"]) for row in await self._pool.fetch(_DUE)]

    @asynccontextmanager
    async def claim(self, key: Major) -> AsyncIterator[bool]:
        """Hold a fit by an advisory lock, which goes with the connection, also by a kill."""
        name = f"qa.fit.{key[0]}.{key[1]}"
        async with self._pool.acquire() as conn:
            mine = await conn.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name)
            try:
                yield bool(mine)
            finally:
                if mine:
                    await conn.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", name)

    async def votes(self, key: Major) -> Votes:
        """Return the votes that count, and the gold answers."""
        # First how far, then the votes: what comes in between is seen twice rather than never.
        seen = await self._pool.fetchval(
            "SELECT coalesce(max(seq), 0) FROM annotations WHERE project = $1 AND major = $2", *key
        )
        rows = await self._pool.fetch(_VOTES, *key)
        book = VoteBook(
            Annotation(
                row["job_id"],
                f"{row['provider']}/{row['annotator']}",
                f"{row['provider']}/{row['annotation_id']}",
                row["revision"],
                row["submitted_at"].timestamp(),
                row["label"],
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
        given = Given(
            [(vote.job, vote.annotator, vote.label) for vote in votes],
            {row["job_id"]: row["label"] for row in gold},
            [seconds[vote.annotation] for vote in votes],
        )
        return Votes(given, int(seen))

    async def keep(self, key: Major, fit: ProjectFit, now: datetime) -> int:
        """Replace a fit; return its number."""
        body = await asyncio.to_thread(dump_fit, fit)
        return int(await self._pool.fetchval(_KEEP, *key, body, now))

    async def done(self, key: Major, number: int, seen: int) -> None:
        """Keep how far a fit went; another number means that a rule or gold changed since."""
        await self._pool.execute(
            "UPDATE fits SET seen = $4 WHERE project = $1 AND major = $2 AND number = $3", *key, number, seen
        )

    async def gold_elsewhere(self, key: Major) -> dict[str, tuple[int, int]]:
        """Return (right, answered) of each annotator on gold under the project's other majors."""
        rows = await self._pool.fetch(_GOLD_ELSEWHERE, *key)
        return {row["name"]: (row["right"], row["answered"]) for row in rows}

    async def standings(self, project: str) -> dict[str, Standing]:
        """Return where annotators stand."""
        rows = await self._pool.fetch(
            "SELECT annotator, state, alarms FROM annotators WHERE project = $1", project
        )
        return {row["annotator"]: _standing(row) for row in rows}

    async def keep_annotators(
        self, project: str, found: Mapping[str, tuple[AnnotatorState, Evidence]]
    ) -> None:
        """Replace what is known of annotators."""
        await self._pool.executemany(
            _ANNOTATORS,
            [
                (
                    project,
                    name,
                    state,
                    each.votes,
                    each.skill,
                    each.low,
                    each.high,
                    each.gold_right,
                    each.gold_answered,
                    sorted(each.alarms),
                )
                for name, (state, each) in sorted(found.items())
            ],
        )

    async def jobs_to_look_at(self, key: Major, after: str, limit: int) -> list[str]:
        """Return ids, in order, of jobs whose label votes can still change."""
        return [row["job_id"] for row in await self._pool.fetch(_LOOK_AT, *key, after, limit)]

    async def totals(self, project: str) -> Totals:
        """Return counts and costs."""
        row = await self._pool.fetchrow(_TOTALS, project)
        return Totals(
            row["votes"], row["jobs_open"], row["labels_accepted"], row["reviews_open"], float(row["spent"])
        )

    async def keep_quality(self, project: str, body: Mapping[str, Any], message: OutgoingMessage) -> None:
        """Keep the project's metrics and announce them."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(_QUALITY, project, dict(body))
            await self._outbox.add(conn, [message])


def _standing(row: Any) -> Standing:
    alarms = frozenset(cast(Signal, each) for each in row["alarms"])
    return Standing(cast(AnnotatorState, row["state"]), alarms)
