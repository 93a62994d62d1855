"""What people ask the gateway about: progress, the state of providers, the tasks of a job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_gateway.domain.jobs import Task
from shoal_gateway.domain.tasks import Lane


@dataclass(frozen=True, slots=True)
class Progress:
    """The own queue of one lane: tasks that want answers, tasks that have them, one's own answers."""

    waiting: int
    complete: int
    yours: int
    votes: int  # answers that stand, everybody's


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatus:
    """One provider of a project: tasks by state, votes, and what is still to be sent or looked at."""

    provider: str
    tasks: dict[str, int]
    votes_wanted: int
    votes: int
    skips: int
    cost: float
    intents_pending: int
    intents_parked: int
    refused_annotations: int
    oldest_pending: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """One task with what went wrong, if anything did."""

    task: Task
    task_ref: str | None
    error: str | None


class Reports(Protocol):
    """Read-only questions."""

    async def progress(self, project: str, lane: Lane, annotator: str) -> Progress:
        """Return how far the own queue is."""

    async def providers(self, project: str) -> list[ProviderStatus]:
        """Return every provider that has had tasks."""

    async def tasks_of_job(self, project: str, job_id: str) -> list[TaskStatus]:
        """Return a job's tasks; empty when the job is not known."""
