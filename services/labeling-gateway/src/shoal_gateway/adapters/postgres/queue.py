"""The in-house queue of a transaction, in PostgreSQL: tasks, and the annotators who hold them."""

from datetime import datetime
from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.domain.leases import Assignment, Holding, QueueEntry, may_lease
from shoal_gateway.domain.tasks import Datum, Lane, TaskOrder

# The queue has copies that earlier releases read; the job has all.
ORDER = """
SELECT q.external_id, q.project, q.job_id, q.sample_id, q.lane, q.guideline_major, q.votes, q.priority, q.open,
       q.datum, j.content_more, j.prediction AS guess, j.prediction_more AS guess_more
FROM queue q JOIN jobs j USING (job_id) WHERE external_id = $1 FOR UPDATE OF q
"""
# The rule of the domain's may_lease, for annotator $1 at time $2, on the state at the statement's start.
LEASABLE = """
  q.open AND q.answered < q.votes AND q.datum IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.external_id = q.external_id AND t.state = 'cancelled')
  AND NOT EXISTS (
      SELECT 1 FROM assignments a
      WHERE a.project = q.project AND a.sample_id = q.sample_id AND a.annotator = $1
        AND (a.external_id <> q.external_id OR a.holding <> 'leased'))
  AND (SELECT count(*) FROM assignments a
       WHERE a.external_id = q.external_id AND a.annotator <> $1
         AND (a.holding = 'answered' OR (a.holding = 'leased' AND a.leased_until > $2))) < q.votes
"""
NEXT = f"""
SELECT q.external_id FROM queue q
WHERE q.project = $3 AND q.lane = $4 AND q.external_id <> ALL($5::text[]) AND {LEASABLE}
ORDER BY EXISTS (SELECT 1 FROM assignments a
                 WHERE a.external_id = q.external_id AND a.annotator = $1
                   AND a.holding = 'leased' AND a.leased_until > $2) DESC,
         q.priority DESC, q.created_at, q.external_id
LIMIT 1 FOR UPDATE OF q SKIP LOCKED
"""
ASSIGN = """
INSERT INTO assignments (external_id, annotator, project, sample_id, holding, leased_until, revision)
VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, 0))
ON CONFLICT (external_id, annotator) DO UPDATE SET holding = excluded.holding,
    leased_until = excluded.leased_until, revision = coalesce($7, assignments.revision)
"""
COUNT = """
UPDATE queue SET answered = (SELECT count(*) FROM assignments a
                             WHERE a.external_id = $1 AND a.holding = 'answered')
WHERE external_id = $1
"""


class PostgresQueue:
    """The queue on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def next_order(self, project: str, lane: Lane, annotator: str, now: datetime) -> TaskOrder | None:
        """Return a task that `annotator` may lease, locked, or None."""
        passed: list[str] = []
        while row := await self._conn.fetchrow(NEXT, annotator, now, project, lane, passed):
            # Another annotator may have taken the last slot between the statement's start and its lock.
            match = await self.lock(row["external_id"])
            if match is not None and may_lease(match[1], annotator, now) is None:
                return match[0]
            passed.append(row["external_id"])
        return None

    async def lock(self, external_id: str) -> tuple[TaskOrder, QueueEntry] | None:
        """Return one task and its entry, locked, or None."""
        row = await self._conn.fetchrow(ORDER, external_id)
        if row is None:
            return None
        order = _read_order(row)
        holds = await self._conn.fetch(
            "SELECT annotator, holding, leased_until FROM assignments WHERE external_id = $1", external_id
        )
        others = await self._conn.fetch(
            """SELECT annotator FROM assignments
               WHERE project = $1 AND sample_id = $2 AND external_id <> $3 AND holding <> 'leased'""",
            order.project,
            order.sample_id,
            external_id,
        )
        assignments = [Assignment(r["annotator"], Holding(r["holding"]), r["leased_until"]) for r in holds]
        return order, QueueEntry(row["open"], row["votes"], assignments, {r["annotator"] for r in others})

    async def project_of(self, external_id: str) -> tuple[str, Lane] | None:
        """Return the project and lane of a task, or None."""
        row = await self._conn.fetchrow("SELECT project, lane FROM queue WHERE external_id = $1", external_id)
        return (row["project"], Lane(row["lane"])) if row else None

    async def assign(self, order: TaskOrder, assignment: Assignment, revision: int | None = None) -> None:
        """Store an annotator's hold on a task, with the latest revision of their answer."""
        await self._conn.execute(
            ASSIGN,
            order.external_id,
            assignment.annotator,
            order.project,
            order.sample_id,
            assignment.holding,
            assignment.leased_until,
            revision,
        )
        await self._conn.execute(COUNT, order.external_id)

    async def revision_of(self, external_id: str, annotator: str) -> int:
        """Return the latest revision of an annotator's answer; 0 without one."""
        revision = await self._conn.fetchval(
            "SELECT revision FROM assignments WHERE external_id = $1 AND annotator = $2",
            external_id,
            annotator,
        )
        return int(revision or 0)


def _read_order(row: Any) -> TaskOrder:
    """Return a row's order; its content is empty once the task was cancelled or the sample erased."""
    content = rows.read_datum(row["datum"], row["content_more"])
    return rows.read_order(row, content or Datum())
