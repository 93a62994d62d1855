"""Jobs of a transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from shoal.contracts.labels import LabelingJob
from shoal_qa.domain.jobs.lifecycle import Job

Major = tuple[str, int]  # project and guideline major: what one fit is about


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """A job as it is kept."""

    job_id: str
    project: str
    sample_id: str
    purpose: str
    major: int
    minor: int
    campaign_id: str | None
    revision: int
    job: Job

    @property
    def key(self) -> Major:
        """Return what its fit is about."""
        return self.project, self.major


class Jobs(Protocol):
    """Jobs by id."""

    async def add(self, jobs: Sequence[LabelingJob]) -> None:
        """Keep jobs; a stored one may only grow in votes. Jobs of erased samples are kept without content."""

    async def lock(self, job_ids: Collection[str]) -> list[StoredJob]:
        """Return jobs, locked, in the order of their ids."""

    async def save(self, jobs: Sequence[StoredJob]) -> None:
        """Replace what changed of jobs."""

    async def majors(self, job_ids: Collection[str]) -> dict[str, int]:
        """Return the guideline major of every job that is stored."""
