"""Numbers of all projects, for metrics."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_sampler.domain.campaigns.waits import Progress
from shoal_sampler.usecases.ports.waiting import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTally:
    """One campaign's progress and counts."""

    project: str
    name: str
    progress: Progress
    shared: int
    duplicates: int
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTally:
    """What a project's audit may spend today, None for the default, and what it has reserved."""

    votes_per_day: int | None
    reserved: int


class Tallies(Protocol):
    """Numbers of all projects, from a few rows of each."""

    async def campaigns(self, now: datetime, done_since: datetime) -> Sequence[CampaignTally]:
        """Return the campaigns, active ones first; those that were done before `done_since` are left out."""

    async def waiting(self) -> Mapping[str, Queue]:
        """Return the waiting samples by project, for projects in which samples wait."""

    async def audits(self, projects: Collection[str], now: datetime) -> Mapping[str, AuditTally]:
        """Return the audit's votes in each of the projects."""
