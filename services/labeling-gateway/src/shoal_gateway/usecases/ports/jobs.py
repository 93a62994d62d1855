"""Jobs of a transaction."""

from collections.abc import Collection, Sequence
from typing import Protocol

from shoal_gateway.domain.jobs import Job
from shoal_gateway.domain.tasks import Guess
from shoal_gateway.domain.votes import Demand


class Jobs(Protocol):
    """Jobs by id."""

    async def add(self, jobs: Sequence[Job]) -> None:
        """Add the jobs that do not exist."""

    async def lock(self, job_ids: Collection[str]) -> dict[str, Job]:
        """Return the existing jobs by id, locked."""

    async def projects(self, job_ids: Collection[str]) -> dict[str, str]:
        """Return the projects of the existing jobs by id."""

    async def save_demand(self, job_id: str, demand: Demand) -> None:
        """Store a job's demand."""

    async def save_guess(self, job_id: str, guess: Guess) -> None:
        """Store a prediction that arrived with a later copy of the job."""
