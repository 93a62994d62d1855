"""The in-house queue of a transaction, in PostgreSQL: tasks, and the annotators who hold them."""

from collections.abc import Collection
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
# The rule of the domain's may_lease, for annotator $1 at time $2 in project $3, on the state at the
# statement's start. `q` is a task of the queue; `taken` are the tasks whose slots others fill with answers
# and running leases. OFFSET 0 makes each condition a look-up by index for tasks in their order; as a join it
# would read all tasks before the first one.
TAKEN = """
taken AS MATERIALIZED (
    SELECT q.external_id FROM assignments a JOIN queue q USING (external_id)
    WHERE a.project = $3 AND a.holding = 'leased' AND a.leased_until > $2 AND a.annotator <> $1
    GROUP BY q.external_id HAVING q.answered + count(*) >= q.votes
)
"""
LEASABLE = """
  q.open AND q.answered < q.votes AND q.datum IS NOT NULL
  AND q.external_id NOT IN (SELECT external_id FROM taken)
  AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.external_id = q.external_id AND t.state = 'cancelled' OFFSET 0)
  AND NOT EXISTS (
      SELECT 1 FROM assignments a
      WHERE a.project = q.project AND a.sample_id = q.sample_id AND a.annotator = $1
        AND (a.external_id <> q.external_id OR a.holding <> 'leased') OFFSET 0)
"""
NEXT = f"""
WITH {TAKEN}, own AS (
    SELECT q.external_id FROM assignments mine JOIN queue q USING (external_id)
    WHERE mine.project = $3 AND mine.annotator = $1 AND mine.holding = 'leased' AND mine.leased_until > $2
      AND q.lane = $4 AND q.external_id <> ALL($5::text[]) AND {LEASABLE}
    ORDER BY q.priority DESC, q.created_at, q.external_id LIMIT 1 FOR UPDATE OF q SKIP LOCKED
), free AS (
    SELECT q.external_id FROM queue q
    WHERE NOT EXISTS (SELECT 1 FROM own) AND q.project = $3 AND q.lane = $4
      AND q.external_id <> ALL($5::text[]) AND {LEASABLE}
    ORDER BY q.priority DESC, q.created_at, q.external_id LIMIT 1 FOR UPDATE OF q SKIP LOCKED
)
SELECT external_id FROM own UNION ALL SELECT external_id FROM free
"""
HOLDS = """
SELECT annotator, holding, leased_until FROM assignments WHERE external_id = $1
UNION ALL
SELECT annotator, NULL, NULL FROM assignments
WHERE project = $2 AND sample_id = $3 AND external_id <> $1 AND holding <> 'leased'
"""
# The task's row is locked, so the other assignments do not change.
ASSIGN = """
WITH assigned AS (
    INSERT INTO assignments (external_id, annotator, project, sample_id, holding, leased_until, revision)
    VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, 0))
    ON CONFLICT (external_id, annotator) DO UPDATE SET holding = excluded.holding,
        leased_until = excluded.leased_until, revision = coalesce($7, assignments.revision)
), counted AS (
    SELECT count(*) + ($5 = 'answered')::int AS answered FROM assignments
    WHERE external_id = $1 AND annotator <> $2 AND holding = 'answered'
)
UPDATE queue SET answered = counted.answered FROM counted
WHERE external_id = $1 AND queue.answered <> counted.answered
"""

# As the in-house queue's upsert of an order; a cancelled task is closed by its intent.
RECOVER_TASKS = """
INSERT INTO queue (external_id, project, job_id, sample_id, lane, guideline_major, datum, guess, votes, priority)
SELECT t.external_id, t.project, t.job_id, j.sample_id,
       CASE WHEN j.purpose = 'review' THEN 'review' ELSE t.lane END, j.guideline_major, j.content, j.prediction,
       t.votes, j.priority
FROM tasks t JOIN jobs j USING (job_id) WHERE t.external_id = ANY($1::text[]) AND j.content IS NOT NULL
ORDER BY t.external_id ON CONFLICT (external_id) DO NOTHING
"""
RECOVER_HOLDS = """
INSERT INTO assignments (external_id, annotator, project, sample_id, holding, leased_until, revision)
SELECT DISTINCT ON (a.external_id, a.annotator) a.external_id, a.annotator, q.project, q.sample_id,
       CASE a.action WHEN 'skipped' THEN 'skipped' WHEN 'deleted' THEN 'leased' ELSE 'answered' END,
       a.submitted_at, a.revision
FROM annotations a JOIN queue q USING (external_id) WHERE a.external_id = ANY($1::text[])
ORDER BY a.external_id, a.annotator, a.revision DESC
ON CONFLICT (external_id, annotator) DO UPDATE SET holding = excluded.holding,
    leased_until = excluded.leased_until, revision = excluded.revision
WHERE assignments.revision < excluded.revision
"""
COUNT_ALL = """
UPDATE queue q SET answered = (SELECT count(*) FROM assignments a
                               WHERE a.external_id = q.external_id AND a.holding = 'answered')
WHERE external_id = ANY($1::text[])
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
        # After the lock: a statement sees what was committed before it.
        holds = await self._conn.fetch(HOLDS, external_id, order.project, order.sample_id)
        assignments = [
            Assignment(r["annotator"], Holding(r["holding"]), r["leased_until"])
            for r in holds
            if r["holding"]
        ]
        seen_by = {r["annotator"] for r in holds if not r["holding"]}
        return order, QueueEntry(row["open"], row["votes"], assignments, seen_by)

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

    async def recover(self, external_ids: Collection[str]) -> None:
        """Add tasks that the queue lacks, and the holds of annotators whose answers were recovered."""
        for sql in (RECOVER_TASKS, RECOVER_HOLDS, COUNT_ALL):
            await self._conn.execute(sql, sorted(external_ids))

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
