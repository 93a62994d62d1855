"""The jobs of a transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.labels import LabelingJob
from shoal.contracts.samples import Content
from shoal_qa.domain.jobs.lifecycle import Job

Major = tuple[str, int]  # project and guideline major: the key of a fit


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """A job with its state and its sample.

    campaign: its name; empty for the audit and for jobs that are older than names. received_at: the sample's
    arrival at ingest; None for gold and older jobs. voted: whether a vote ever came. votes: those that were
    bought, and disputed: whether they differ, both kept while the job is open or in review.
    """

    job_id: str
    project: str
    sample_id: str
    purpose: str
    major: int
    minor: int
    campaign_id: str | None
    campaign: str
    received_at: datetime | None
    revision: int
    job: Job
    voted: bool
    votes: int
    disputed: bool

    @property
    def key(self) -> Major:
        """Return the key of the job's fit."""
        return self.project, self.major


class Jobs(Protocol):
    """Jobs by id."""

    async def add(self, jobs: Sequence[LabelingJob]) -> None:
        """Store jobs; of a stored one only max_votes can grow, by an event of its project.

        Jobs of erased samples have no content.
        """

    async def lock(self, job_ids: Collection[str], project: str | None = None) -> list[StoredJob]:
        """Lock jobs, of one project if it is given, and return them in the order of their ids."""

    async def get(self, job_ids: Collection[str]) -> list[StoredJob]:
        """Return jobs in the order of their ids, without a lock."""

    async def save(self, jobs: Sequence[StoredJob]) -> None:
        """Update the states of jobs."""

    async def contents(self, job_ids: Collection[str]) -> dict[str, Content]:
        """Return the contents of stored jobs by id; erased ones have none."""

    async def majors(self, job_ids: Collection[str]) -> dict[str, Major]:
        """Return the project and guideline major of every stored job by id."""
