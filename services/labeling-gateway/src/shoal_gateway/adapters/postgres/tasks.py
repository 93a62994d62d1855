"""Tasks, and the intents that are written down with them."""

from collections.abc import Collection
from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.tasks import TaskState, sources
from shoal_gateway.usecases.ids import intent_id

MOVE = """
UPDATE tasks SET state = $2, error = $3, updated_at = now()
WHERE external_id = $1 AND state = ANY($4::text[])
"""
# Whoever locks tasks has their jobs locked before, both in the order of ids: so nobody waits in a ring, and what was
# read of a job still holds when its tasks are.
LOCK_JOBS = """
SELECT FROM jobs WHERE job_id IN (SELECT job_id FROM tasks WHERE external_id = ANY($1::text[]))
ORDER BY job_id FOR UPDATE
"""
FIND = """
SELECT to_jsonb(t) AS task, j.* FROM tasks t JOIN jobs j USING (job_id)
WHERE t.external_id = ANY($1::text[])
"""


class Tasks:
    """The tasks' half of a transaction on `conn`."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn

    async def tasks_of(self, job_ids: Collection[str]) -> dict[str, list[Task]]:
        found = await self.conn.fetch(
            f"SELECT {rows.TASK} FROM tasks WHERE job_id = ANY($1::text[]) ORDER BY external_id FOR UPDATE",
            list(job_ids),
        )
        tasks: dict[str, list[Task]] = {}
        for task in sorted(map(rows.task, found), key=lambda task: (task.lane, task.attempt)):
            tasks.setdefault(task.job_id, []).append(task)
        return tasks

    async def add_task(self, task: Task) -> None:
        await self.conn.execute(
            """INSERT INTO tasks (external_id, job_id, project, provider, lane, attempt, votes)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (external_id) DO NOTHING""",
            task.external_id,
            task.job_id,
            task.project,
            task.provider,
            task.lane,
            task.attempt,
            task.votes,
        )

    async def set_votes(self, external_id: str, votes: int) -> None:
        await self.conn.execute(
            "UPDATE tasks SET votes = $2, updated_at = now() WHERE external_id = $1", external_id, votes
        )

    async def move_task(self, external_id: str, to: TaskState, error: str | None = None) -> None:
        await self.conn.execute(MOVE, external_id, to, error, list(sources(to)))

    async def add_intent(self, task: Task, kind: IntentKind, *, total: int, priority: int) -> None:
        await self.conn.execute(
            """INSERT INTO intents (intent_id, external_id, project, provider, kind, priority)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (intent_id) DO NOTHING""",
            intent_id(task.external_id, kind, total),
            task.external_id,
            task.project,
            task.provider,
            kind,
            priority,
        )

    async def find_tasks(self, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        return await self._pairs(FIND, external_ids)

    async def lock_tasks(self, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        await self.conn.execute(LOCK_JOBS, list(external_ids))
        return await self._pairs(FIND + "ORDER BY t.external_id FOR UPDATE OF t", external_ids)

    async def _pairs(self, sql: str, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        found = await self.conn.fetch(sql, list(external_ids))
        return {row["task"]["external_id"]: (rows.task(row["task"]), rows.job(row)) for row in found}
