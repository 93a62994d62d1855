"""Tasks of a transaction."""

from collections.abc import Collection
from typing import Protocol

from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.tasks import TaskState


class Tasks(Protocol):
    """Tasks by external id."""

    async def of_jobs(self, job_ids: Collection[str]) -> dict[str, list[Task]]:
        """Return the tasks by job id, in order of lane and attempt, locked. Call Jobs.lock first."""

    async def add(self, task: Task) -> None:
        """Add a task unless it exists."""

    async def set_votes(self, external_id: str, votes: int) -> None:
        """Set the number of votes that a task wants."""

    async def move(self, external_id: str, to: TaskState, error: str | None = None) -> None:
        """Move a task to another state if the state machine allows it."""

    async def lock(self, project: str, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        """Return the project's tasks among the ids with their jobs, both locked."""

    async def find(self, project: str, external_ids: Collection[str]) -> dict[str, tuple[Task, Job]]:
        """Return the project's tasks among the ids with their jobs."""
