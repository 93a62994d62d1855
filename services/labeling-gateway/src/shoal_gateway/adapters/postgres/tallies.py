"""Numbers of all projects for metrics, in PostgreSQL: totals that triggers keep, and partial indexes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shoal_gateway.usecases.ports.tallies import LaneTally, MoneyTally, ProviderTally

PART = 20_000
"""Most changes that one statement adds to the totals."""
# In the order of the key, so that two replicas never wait for each other's rows.
FOLD_TASKS = """
WITH gone AS (
    DELETE FROM task_changes WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM task_changes LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING *
), added AS (
    INSERT INTO task_totals AS t (project, provider, campaign, lane, state, tasks, votes_open)
    SELECT project, provider, campaign, lane, state, sum(tasks), sum(votes_open) FROM gone
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (project, provider, campaign, lane, state) DO UPDATE SET tasks = t.tasks + excluded.tasks,
        votes_open = t.votes_open + excluded.votes_open, changed_at = now()
)
SELECT count(*) FROM gone
"""
FOLD_COSTS = """
WITH gone AS (
    DELETE FROM cost_changes WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM cost_changes LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING *
), added AS (
    INSERT INTO cost_totals AS t (project, provider, campaign, cost)
    SELECT project, provider, campaign, sum(cost) FROM gone GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (project, provider, campaign) DO UPDATE SET cost = t.cost + excluded.cost
)
SELECT count(*) FROM gone
"""
# Totals and the changes that are not added yet, in one snapshot.
TASKS = """
SELECT project, provider, campaign, lane, state, tasks, votes_open, changed_at FROM task_totals
UNION ALL SELECT project, provider, campaign, lane, state, tasks, votes_open, now() FROM task_changes
"""
UNFINISHED = "state IN ('planned', 'open', 'parked')"
LANES = f"""
SELECT k.*, CASE WHEN tasks_open > 0 THEN (
    SELECT created_at FROM tasks t
    WHERE t.project = k.project AND t.provider = k.provider AND t.campaign = k.campaign AND t.lane = k.lane
      AND {UNFINISHED}
    ORDER BY created_at LIMIT 1) END AS oldest
FROM (
    SELECT project, provider, campaign, lane, max(changed_at) AS changed_at, sum(votes_open)::bigint AS votes_open,
        coalesce(sum(tasks) FILTER (WHERE {UNFINISHED}), 0)::bigint AS tasks_open
    FROM ({TASKS}) AS tasks GROUP BY 1, 2, 3, 4 HAVING sum(tasks) > 0
) AS k
ORDER BY tasks_open = 0, k.changed_at DESC
"""
MONEY = f"""
WITH costs AS (
    SELECT project, provider, campaign, sum(cost) AS spent
    FROM (SELECT * FROM cost_totals UNION ALL SELECT * FROM cost_changes) AS costs GROUP BY 1, 2, 3
), wanted AS (
    SELECT project, provider, campaign, sum(votes_open) AS votes FROM ({TASKS}) AS tasks
    GROUP BY 1, 2, 3 HAVING sum(tasks) > 0
)
SELECT w.project, w.provider, w.campaign, coalesce(c.spent, 0) AS spent,
    coalesce(c.spent, 0) + w.votes::float8 * coalesce(p.price_per_vote, 0) AS committed
FROM wanted w
LEFT JOIN costs c USING (project, provider, campaign)
LEFT JOIN providers p ON p.project = w.project AND p.name = w.provider
ORDER BY w.votes = 0
"""
# Of the last hour, the latest rows: above 14 annotations a second less than an hour is read.
PROVIDERS = f"""
WITH states AS (
    SELECT project, provider, jsonb_object_agg(state, tasks) AS tasks
    FROM (SELECT project, provider, state, sum(tasks) AS tasks FROM ({TASKS}) AS tasks GROUP BY 1, 2, 3) AS sums
    WHERE tasks > 0 GROUP BY 1, 2
), hooks AS (
    SELECT project, provider, count(*) FILTER (WHERE NOT parked) AS waiting,
        count(*) FILTER (WHERE parked) AS parked, min(received_at) FILTER (WHERE NOT parked) AS oldest
    FROM webhook_inbox WHERE NOT done GROUP BY 1, 2
), active AS (
    SELECT project, provider, count(*) AS annotators
    FROM (SELECT DISTINCT project, provider, annotator
          FROM (SELECT project, provider, annotator FROM annotations WHERE received_at > $1
                ORDER BY received_at DESC LIMIT 50000) AS latest) AS people
    GROUP BY 1, 2
)
SELECT project, provider, coalesce(s.tasks, '{{}}') AS tasks, coalesce(h.waiting, 0) AS waiting,
    coalesce(h.parked, 0) AS parked, h.oldest, coalesce(a.annotators, 0) AS annotators
FROM (SELECT project, name AS provider FROM providers UNION SELECT project, provider FROM states) AS known
LEFT JOIN states s USING (project, provider)
LEFT JOIN hooks h USING (project, provider)
LEFT JOIN active a USING (project, provider)
ORDER BY a.annotators DESC NULLS LAST
"""


class PostgresTallies:
    """Numbers of all projects, read without a lock."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def fold(self) -> None:
        """Add the changes since the last call to the totals; replicas may do it at the same time."""
        for statement in (FOLD_TASKS, FOLD_COSTS):
            while await self._pool.fetchval(statement, PART) == PART:
                pass

    async def lanes(self) -> Sequence[LaneTally]:
        """Return the tasks by project, provider, campaign and lane, those with open ones first."""
        return [LaneTally(**row) for row in await self._pool.fetch(LANES)]

    async def money(self) -> Sequence[MoneyTally]:
        """Return the costs by project, provider and campaign."""
        return [MoneyTally(**row) for row in await self._pool.fetch(MONEY)]

    async def providers(self, active_since: datetime) -> Sequence[ProviderTally]:
        """Return every provider that is configured or has had tasks."""
        return [
            ProviderTally(
                project=row["project"],
                provider=row["provider"],
                tasks=row["tasks"],
                webhooks_waiting=row["waiting"],
                webhooks_parked=row["parked"],
                oldest_webhook=row["oldest"],
                annotators=row["annotators"],
            )
            for row in await self._pool.fetch(PROVIDERS, active_since)
        ]
