"""Reports about the in-house queue for its annotators, as SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shoal_gateway.adapters.postgres.transactions.queue import LEASABLE, TAKEN
from shoal_gateway.domain.disputes import Dispute, Grounds, UnnamedVote
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.inhouse.work import MOST_COUNTED, AnnotatorProgress, QueueProgress
from shoal_gateway.usecases.ports import Clock

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
WITH {TAKEN}
SELECT count(*) FROM (
    SELECT 1 FROM queue q WHERE q.project = $3 AND q.lane = $4 AND {LEASABLE} LIMIT {MOST_COUNTED}
) AS offered
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
SELECT label, kind, code, reason, provider || '/' || annotator AS annotator FROM latest
ORDER BY label IS NULL, md5(external_id || provider || annotator)
"""
GROUNDS = """
SELECT reason, posterior, skills FROM vote_requests
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
        now = self._clock()
        async with self._pool.acquire() as conn:
            return {name: await conn.fetchval(WAITING, annotator, now, name, lane) for name in projects}

    async def dispute(self, project: str, job_id: str) -> Dispute:
        """Return a job's votes without their annotators, and why qa sent it to review."""
        records = await self._pool.fetch(VOTES, project, job_id)
        row = await self._pool.fetchrow(GROUNDS, project, job_id)
        grounds = Grounds(row["reason"], row["posterior"], row["skills"]) if row else None
        skills = grounds.skills if grounds else {}
        return Dispute(tuple(_unnamed_vote(record, skills) for record in records), grounds)


def _unnamed_vote(row: Any, skills: Mapping[str, float]) -> UnnamedVote:
    skill = None if row["label"] is None else skills.get(row["annotator"])
    return UnnamedVote(
        label=row["label"], code=row["code"], reason=row["reason"], kind=row["kind"], skill=skill
    )
