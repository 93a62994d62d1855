"""Reports for operators, as SQL."""

from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.usecases.reports import ProviderStatus, TaskStatus

PROVIDERS = """
WITH states AS (
    SELECT provider, jsonb_object_agg(state, n) AS tasks, sum(wanted) AS wanted, sum(answers) AS answers,
           sum(skips) AS skips
    FROM (SELECT provider, state, count(*) AS n, sum(votes) FILTER (WHERE state <> 'cancelled') AS wanted,
                 sum(answers) AS answers, sum(skips) AS skips
          FROM tasks WHERE project = $1 GROUP BY provider, state) AS by_state
    GROUP BY provider
), costs AS (
    SELECT provider, sum(price) FILTER (WHERE NOT surplus) AS cost, count(*) FILTER (WHERE surplus) AS surplus
    FROM annotations WHERE project = $1 GROUP BY provider
), hooks AS (
    SELECT provider, count(*) FILTER (WHERE parked) AS parked, max(error) AS error
    FROM webhook_inbox WHERE project = $1 AND NOT done GROUP BY provider
), feeds AS (
    SELECT provider, failures, 'feed: ' || error AS error FROM poll_cursors WHERE project = $1
), waiting AS (
    SELECT provider, count(*) FILTER (WHERE state = 'pending') AS pending,
           count(*) FILTER (WHERE state = 'parked') AS parked,
           min(updated_at) FILTER (WHERE state = 'pending') AS oldest,
           (array_agg(error ORDER BY updated_at DESC) FILTER (WHERE error IS NOT NULL))[1] AS error
    FROM intents WHERE project = $1 AND state IN ('pending', 'parked') GROUP BY provider
), refused AS (
    SELECT provider, count(*) AS n FROM refused_annotations WHERE project = $1 GROUP BY provider
), heads AS (
    SELECT DISTINCT ON (provider, annotation_id) provider, action, code FROM annotations
    WHERE project = $1 AND NOT surplus ORDER BY provider, annotation_id, revision DESC
), reasons AS (
    SELECT provider, jsonb_object_agg(code, n) AS skips
    FROM (SELECT provider, coalesce(code, 'none') AS code, count(*) AS n
          FROM heads WHERE action = 'skipped' GROUP BY 1, 2) AS by_code
    GROUP BY provider
)
SELECT s.provider, s.tasks, s.wanted, s.answers, s.skips,
       coalesce(c.cost, 0) AS cost, coalesce(w.pending, 0) AS pending, coalesce(w.parked, 0) AS parked,
       w.oldest, coalesce(w.error, f.error, h.error) AS error, coalesce(r.n, 0) AS refused,
       coalesce(c.surplus, 0) AS surplus, coalesce(f.failures, 0) AS feed_failures,
       coalesce(h.parked, 0) AS webhooks_parked,
       coalesce(k.skips, '{}') AS reasons
FROM states s LEFT JOIN costs c USING (provider) LEFT JOIN waiting w USING (provider)
LEFT JOIN refused r USING (provider) LEFT JOIN reasons k USING (provider)
LEFT JOIN hooks h USING (provider) LEFT JOIN feeds f USING (provider) ORDER BY provider
"""


class PostgresReports:
    """Read-only reports, outside the use cases' transactions."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def providers(self, project: str) -> list[ProviderStatus]:
        """Return every provider that has had tasks."""
        records = await self._pool.fetch(PROVIDERS, project)
        return [
            ProviderStatus(
                provider=row["provider"],
                tasks=row["tasks"],
                votes_wanted=int(row["wanted"] or 0),
                votes=int(row["answers"]),
                skips=int(row["skips"]),
                skips_by_reason=row["reasons"],
                cost=row["cost"],
                intents_pending=row["pending"],
                intents_parked=row["parked"],
                refused_annotations=row["refused"],
                surplus_annotations=row["surplus"],
                webhooks_parked=row["webhooks_parked"],
                feed_failures=row["feed_failures"],
                oldest_pending=row["oldest"],
                last_error=row["error"],
            )
            for row in records
        ]

    async def tasks_of_job(self, project: str, job_id: str) -> list[TaskStatus]:
        """Return a job's tasks."""
        records = await self._pool.fetch(
            f"SELECT {rows.TASK}, task_ref, error FROM tasks WHERE project = $1 AND job_id = $2"
            " ORDER BY lane, attempt",
            project,
            job_id,
        )
        return [TaskStatus(rows.read_task(row), row["task_ref"], row["error"]) for row in records]
