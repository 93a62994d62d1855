"""Numbers for metrics, read at once for all projects."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shoal_qa.usecases.ports.quality import AuditedCount

CampaignState = tuple[str, str, str]  # project, campaign and state of jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCount:
    """The jobs of one campaign in one state, with their votes. changed_at: when a number last changed."""

    project: str
    campaign: str
    state: str
    jobs: int
    votes_wanted: int
    votes_received: int
    disputed: int
    changed_at: datetime

    @property
    def key(self) -> CampaignState:
        """Return project, campaign and state."""
        return self.project, self.campaign, self.state


@dataclass(frozen=True, slots=True)
class ParkedCount:
    """The annotations of a project that wait for their job, and the age of the oldest in seconds."""

    project: str
    count: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class StoredQuality:
    """A project's quality as last measured. production, providers: None if an earlier release measured it."""

    body: Mapping[str, Any]
    production: Sequence[Mapping[str, Any]] | None
    providers: Mapping[str, Mapping[str, int]] | None


class JobMeasures(Protocol):
    """Numbers of jobs and annotations."""

    async def job_counts(self) -> list[JobCount]:
        """Return the jobs of every campaign, gold items and erased samples left out."""

    async def oldest_jobs(self, keys: Collection[CampaignState]) -> dict[CampaignState, float]:
        """Return how long the oldest job has been in its state, in seconds. keys: of open jobs or reviews."""

    async def parked(self) -> list[ParkedCount]:
        """Return the projects with parked annotations."""


class QualityMeasures(Protocol):
    """Quality as last measured."""

    async def measured_at(self) -> dict[str, datetime]:
        """Return when each project was last measured."""

    async def quality(self, project: str) -> StoredQuality | None:
        """Return a project's quality; None if it is gone."""

    async def audited(self, project: str) -> list[AuditedCount]:
        """Return counts by model version and rate, the versions with the newest samples first."""
