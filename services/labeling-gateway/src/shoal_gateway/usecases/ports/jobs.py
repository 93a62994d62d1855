"""Jobs of a transaction."""

from collections.abc import Collection, Sequence
from typing import Protocol

from shoal_gateway.domain.jobs import Job
from shoal_gateway.domain.tasks import Guess
from shoal_gateway.domain.votes import Demand


class Jobs(Protocol):
    """Jobs by id."""

    async def add(self, jobs: Sequence[Job]) -> None:
        """Add the jobs that are not there."""

    async def lock(self, job_ids: Collection[str]) -> dict[str, Job]:
        """Return the jobs that are there, locked, by id."""

    async def save_demand(self, job_id: str, demand: Demand) -> None:
        """Keep a job's demand."""

    async def save_guess(self, job_id: str, guess: Guess) -> None:
        """Keep a prediction that came with a later copy of the job."""
