"""Reports about the in-house queue for its annotators, as SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shoal_gateway.adapters.postgres.queue import LEASABLE
from shoal_gateway.domain.disputes import Dispute, Grounds, UnnamedVote
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.ports import Clock
from shoal_gateway.usecases.work import MOST_COUNTED, AnnotatorProgress, QueueProgress

QUEUE = """
SELECT count(*) FILTER (WHERE open AND answered < votes) AS waiting,
       count(*) FILTER (WHERE answered >= votes) AS complete, coalesce(sum(answered), 0) AS votes
FROM queue WHERE project = $1 AND lane = $2
"""
ANNOTATOR = """
WITH tasks_of AS (
    SELECT min(a.submitted_at) FILTER (WHERE a.action IN ('submitted', 'updated')) AS answered_at,
           (array_agg(a.action ORDER BY a.revision DESC))[1] AS latest
    FROM annotations a JOIN tasks t USING (external_id)
    WHERE a.project = $1 AND a.provider = $2 AND a.annotator = $3 AND t.lane = $4 GROUP BY a.annotation_id
)
SELECT count(answered_at) AS answered, count(*) FILTER (WHERE answered_at >= $5) AS since,
       count(*) FILTER (WHERE latest = 'skipped' AND answered_at IS NULL) AS skipped,
       count(*) FILTER (WHERE latest IN ('submitted', 'updated')) AS current,
       coalesce(bool_or(latest <> 'deleted'), false) AS can_undo
FROM tasks_of
"""
WAITING = f"""
SELECT p.project, (SELECT count(*) FROM (
    SELECT 1 FROM queue q WHERE q.project = p.project AND q.lane = $4 AND {LEASABLE} LIMIT {MOST_COUNTED}
) AS offered) AS waiting
FROM unnest($3::text[]) AS p (project)
"""
# The latest answer of each annotator, sorted by a hash: neither the order nor an id names an annotator.
VOTES = """
WITH heads AS (
    SELECT DISTINCT ON (a.provider, a.annotation_id) a.* FROM annotations a JOIN tasks t USING (external_id)
    WHERE t.project = $1 AND t.job_id = $2 AND t.lane = 'label' ORDER BY a.provider, a.annotation_id, a.revision DESC
), latest AS (
    SELECT DISTINCT ON (provider, annotator) * FROM heads WHERE action <> 'deleted'
    ORDER BY provider, annotator, submitted_at DESC
)
SELECT label, kind, code, reason FROM latest ORDER BY label IS NULL, md5(external_id || provider || annotator)
"""
GROUNDS = """
SELECT reason, posterior FROM vote_requests
WHERE project IN ($1, '') AND job_id = $2 AND action = 'review' ORDER BY round DESC LIMIT 1
"""


class PostgresWork:
    """Read-only reports, outside the use cases' transactions."""

    def __init__(self, pool: Any, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def queue_progress(self, project: str, lane: Lane) -> QueueProgress:
        """Return the progress of a lane."""
        row = await self._pool.fetchrow(QUEUE, project, lane)
        return QueueProgress(waiting=row["waiting"], complete=row["complete"], votes=row["votes"])

    async def annotator_progress(
        self, project: str, lane: Lane, annotator: str, since: datetime
    ) -> AnnotatorProgress:
        """Return an annotator's progress in a lane."""
        row = await self._pool.fetchrow(ANNOTATOR, project, IN_HOUSE, annotator, lane, since)
        waiting = await self.waiting_by_project([project], lane, annotator)
        return AnnotatorProgress(
            answered=row["answered"],
            answered_since=row["since"],
            skipped=row["skipped"],
            current=row["current"],
            can_undo=row["can_undo"],
            waiting=waiting[project],
        )

    async def waiting_by_project(
        self, projects: Sequence[str], lane: Lane, annotator: str
    ) -> Mapping[str, int]:
        """Return how many tasks of each project the annotator may take now, at most MOST_COUNTED each."""
        records = await self._pool.fetch(WAITING, annotator, self._clock(), list(projects), lane)
        return {row["project"]: row["waiting"] for row in records}

    async def dispute(self, project: str, job_id: str) -> Dispute:
        """Return a job's votes without their annotators, and why qa sent it to review."""
        records = await self._pool.fetch(VOTES, project, job_id)
        votes = tuple(UnnamedVote(**dict(row)) for row in records)
        grounds = await self._pool.fetchrow(GROUNDS, project, job_id)
        return Dispute(votes, Grounds(grounds["reason"], grounds["posterior"]) if grounds else None)
