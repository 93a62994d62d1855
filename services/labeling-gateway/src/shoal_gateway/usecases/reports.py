"""Reports for operators: the state of providers, and the tasks of a job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_gateway.domain.jobs import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatus:
    """One provider of a project: tasks by state, votes, cost, and calls that wait or failed."""

    provider: str
    tasks: dict[str, int]
    votes_wanted: int
    votes: int
    skips: int
    skips_by_reason: dict[str, int]
    cost: float
    intents_pending: int
    intents_parked: int
    refused_annotations: int
    surplus_annotations: int
    webhooks_parked: int
    feed_failures: int
    oldest_pending: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """One task, with the provider's id for it and its last error."""

    task: Task
    task_ref: str | None
    error: str | None


class Reports(Protocol):
    """Read-only reports."""

    async def providers(self, project: str) -> list[ProviderStatus]:
        """Return every provider that has had tasks."""

    async def tasks_of_job(self, project: str, job_id: str) -> list[TaskStatus]:
        """Return a job's tasks; none if the job is unknown."""
