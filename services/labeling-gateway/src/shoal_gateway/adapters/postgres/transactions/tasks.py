"""Tasks of a transaction, in PostgreSQL."""

from collections.abc import Collection
from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.tasks import TaskState, states_before

MOVE = """
UPDATE tasks SET state = $2, error = $3, updated_at = now()
WHERE external_id = $1 AND state = ANY($4::text[])
"""
# Lock the jobs before their tasks, both in the order of ids: then transactions never deadlock, and a job
# does not change between its lock and that of its tasks.
LOCK_JOBS = """
SELECT FROM jobs
WHERE job_id IN (SELECT job_id FROM tasks WHERE project = $1 AND external_id = ANY($2::text[]))
ORDER BY job_id FOR UPDATE
"""
FIND = """
SELECT to_jsonb(t) AS task, j.* FROM tasks t JOIN jobs j USING (job_id)
WHERE t.project = $1 AND t.external_id = ANY($2::text[])
"""


class PostgresTasks:
    """Tasks on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def of_jobs(self, job_ids: Collection[str]) -> dict[str, list[Task]]:
        """Return the tasks by job id, in order of lane and attempt, locked in the order of their ids."""
        records = await self._conn.fetch(
            f"SELECT {rows.TASK} FROM tasks WHERE job_id = ANY($1::text[]) ORDER BY external_id FOR UPDATE",
            list(job_ids),
        )
        tasks: dict[str, list[Task]] = {}
        for task in sorted(map(rows.read_task, records), key=lambda task: (task.lane, task.attempt)):
            tasks.setdefault(task.job_id, []).append(task)
        return tasks

    async def add(self, task: Task) -> None:
        """Add a task unless it exists."""
        await self._conn.execute(
            """INSERT INTO tasks (external_id, job_id, project, provider, lane, attempt, votes, campaign)
               VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT campaign FROM jobs WHERE job_id = $2))
               ON CONFLICT (external_id) DO NOTHING""",
            task.external_id,
            task.job_id,
            task.project,
            task.provider,
            task.lane,
            task.attempt,
            task.votes,
        )

    async def set_votes(self, external_id: str, votes: int) -> None:
        """Set the number of votes that a task wants."""
        await self._conn.execute(
            "UPDATE tasks SET votes = $2, updated_at = now() WHERE external_id = $1", external_id, votes
        )

    async def move(self, external_id: str, to: TaskState, error: str | None = None) -> None:
        """Move a task to another state if the state machine allows it."""
        await self._conn.execute(MOVE, external_id, to, error, list(states_before(to)))

    async def find(self, project: str, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        """Return the project's tasks among the ids with their jobs."""
        return await self._pairs(FIND, project, external_ids)

    async def lock(self, project: str, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        """Return the project's tasks among the ids with their jobs, both locked."""
        await self._conn.execute(LOCK_JOBS, project, list(external_ids))
        return await self._pairs(FIND + "ORDER BY t.external_id FOR UPDATE OF t", project, external_ids)

    async def _pairs(
        self, sql: str, project: str, external_ids: Collection[str]
    ) -> dict[str, tuple[Task, Job]]:
        records = await self._conn.fetch(sql, project, list(external_ids))
        return {
            row["task"]["external_id"]: (rows.read_task(row["task"]), rows.read_job(row)) for row in records
        }
