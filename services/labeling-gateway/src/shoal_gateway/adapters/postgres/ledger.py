"""The intent ledger: claims are leases, so that other replicas take over those of a crashed one."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.adapters.postgres.transactions.tasks import MOVE
from shoal_gateway.domain.intents import Intent, IntentKind, IntentState, Outcome
from shoal_gateway.domain.tasks import TaskOrder, TaskState, state_after_answers, states_before

BACKLOGS = """
SELECT DISTINCT project, provider, kind FROM intents
WHERE state = 'pending' AND next_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
"""
# A cancellation does not wait for a parked intent; all others keep the order of their task.
CLAIM = """
WITH due AS (
    SELECT intent_id FROM intents i
    WHERE state = 'pending' AND project = $1 AND provider = $2 AND kind = $3 AND next_at <= $4
      AND (leased_until IS NULL OR leased_until <= $4)
      AND NOT EXISTS (
          SELECT 1 FROM intents e
          WHERE e.external_id = i.external_id AND e.seq < i.seq
            AND (e.state = 'pending' OR (e.state = 'parked' AND i.kind <> 'cancel')))
    ORDER BY priority DESC, seq LIMIT $5 FOR UPDATE SKIP LOCKED
)
UPDATE intents i SET attempts = attempts + 1, lease = $6, leased_until = $7, updated_at = $4
FROM due WHERE i.intent_id = due.intent_id
RETURNING i.intent_id, i.external_id, i.lease, i.kind, i.attempts
"""
ORDERS = """
SELECT t.external_id, t.project, t.job_id, j.sample_id, t.votes, t.state, j.guideline_major, j.priority,
       CASE WHEN j.purpose = 'review' THEN 'review' ELSE t.lane END AS lane,
       j.content AS datum, j.content_more, j.prediction AS guess, j.prediction_more AS guess_more,
       ARRAY(SELECT DISTINCT a.annotator FROM annotations a JOIN tasks e USING (external_id)
             WHERE e.job_id = t.job_id AND e.lane = t.lane AND e.provider = t.provider AND e.attempt < t.attempt
             ORDER BY 1) AS excluded
FROM tasks t JOIN jobs j USING (job_id)
WHERE t.external_id = ANY($1::text[]) AND j.content IS NOT NULL
"""
# An expired claim may end an intent, because that is a fact, but it may not delay the next claim's attempt.
# An intent that one of the two did is done, whatever the outcome of the other.
RECORD = """
UPDATE intents SET state = $2, error = $3, next_at = $4, lease = NULL, leased_until = NULL, updated_at = $5
WHERE intent_id = $1 AND (state = 'pending' AND ($2 <> 'pending' OR lease = $6) OR state = 'parked' AND $2 = 'done')
RETURNING kind
"""
OPEN_TASK = """
UPDATE tasks SET state = CASE WHEN state IN ('planned', 'parked') THEN $2 ELSE state END,
    task_ref = coalesce($3, task_ref), error = NULL, updated_at = now()
WHERE external_id = $1
RETURNING votes, answers, state, extract(epoch FROM clock_timestamp() - created_at)::float8 AS age_s
"""


class PostgresLedger:
    """The ledger in a pool's database."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def backlogs(self, now: datetime) -> Sequence[tuple[str, str, IntentKind]]:
        """Return the (project, provider, kind) of due intents."""
        records = await self._pool.fetch(BACKLOGS, now)
        return [(row["project"], row["provider"], IntentKind(row["kind"])) for row in records]

    async def claim(
        self, backlog: tuple[str, str, IntentKind], limit: int, now: datetime, lease: timedelta
    ) -> Sequence[Intent]:
        """Claim at most `limit` intents until `now + lease`."""
        records = await self._pool.fetch(CLAIM, *backlog, now, limit, uuid4(), now + lease)
        return [
            Intent(
                intent_id=row["intent_id"],
                external_id=row["external_id"],
                lease=row["lease"],
                kind=IntentKind(row["kind"]),
                attempts=row["attempts"],
            )
            for row in records
        ]

    async def orders(self, external_ids: Collection[str]) -> dict[str, tuple[TaskOrder, TaskState]]:
        """Return the current orders and states of tasks that have content."""
        records = await self._pool.fetch(ORDERS, list(external_ids))
        orders: dict[str, tuple[TaskOrder, TaskState]] = {}
        for row in records:
            content = rows.read_datum(row["datum"], row["content_more"])
            if content is not None:
                orders[row["external_id"]] = (rows.read_order(row, content), TaskState(row["state"]))
        return orders

    async def record(self, outcomes: Sequence[Outcome], now: datetime) -> Sequence[float]:
        """Store how attempts ended; open accepted tasks, and park refused ones with the reason.

        Returns the ages of the accepted tasks in seconds.
        """
        async with self._pool.acquire() as conn, conn.transaction():
            ordered = sorted(outcomes, key=lambda item: item.external_id)
            ages = [await _record_one(conn, outcome, now) for outcome in ordered]
        return [age for age in ages if age is not None]


async def _record_one(conn: Any, outcome: Outcome, now: datetime) -> float | None:
    """Store how an attempt ended; return the age of a task that its provider has now."""
    next_at = now + timedelta(seconds=outcome.wait_s)
    kind = await conn.fetchval(
        RECORD, outcome.intent_id, outcome.state, outcome.error, next_at, now, outcome.lease
    )
    if kind != IntentKind.UPSERT:
        return None
    if outcome.state is IntentState.DONE:
        return await _open_task(conn, outcome)
    if outcome.state is IntentState.PARKED:
        to = TaskState.PARKED
        await conn.execute(MOVE, outcome.external_id, to, outcome.error, list(states_before(to)))
    return None


async def _open_task(conn: Any, outcome: Outcome) -> float:
    """Open the task, or finish it at once: answers may arrive before the receipt is recorded.

    Returns its age in seconds.
    """
    row = await conn.fetchrow(OPEN_TASK, outcome.external_id, TaskState.OPEN, outcome.task_ref)
    if row["state"] == TaskState.OPEN and state_after_answers(row["votes"], row["answers"]) is TaskState.DONE:
        to = TaskState.DONE
        await conn.execute(MOVE, outcome.external_id, to, None, list(states_before(to)))
    return max(0.0, float(row["age_s"]))
