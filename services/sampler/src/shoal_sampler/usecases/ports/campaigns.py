"""Campaigns and audits as users see and change them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.selections import CampaignChanged
from shoal.messaging import OutgoingMessage
from shoal_sampler.domain.campaigns.audit import Audit


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign and its current counts."""

    event: CampaignChanged
    votes_reserved: int
    taken_today: int
    counts: Mapping[str, int]  # seen, eligible, taken, shared, duplicates, jobs, labels_accepted


class Campaigns(Protocol):
    """Campaigns as users see and change them."""

    async def add(self, event: CampaignChanged, message: OutgoingMessage) -> bool:
        """Store a new campaign and its event; return False if the project already has one of that name."""

    async def list(self, project: str, now: datetime) -> list[CampaignRow]:
        """Return a project's campaigns, oldest first."""

    async def get(self, project: str, campaign_id: str, now: datetime) -> CampaignRow | None:
        """Return one campaign."""

    async def replace(self, event: CampaignChanged, message: OutgoingMessage) -> bool:
        """Store the next version and its event.

        Returns False if another version came first, or more votes are already reserved.
        """

    async def unfinished(self, project: str) -> set[str]:
        """Return the ids of the project's campaigns that are not done."""

    async def waiting(self, project: str) -> int:
        """Return how many of the project's samples wait for a window."""

    async def decided(self, project: str) -> int:
        """Return how many of the project's samples have a decision."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A project's audit and what it has spent."""

    audit: Audit
    votes_today: int
    jobs: int


class Audits(Protocol):
    """Audits as users see and change them."""

    async def get(self, project: str, now: datetime) -> AuditRow | None:
        """Return a project's audit; None if the project has none and spends under the default."""

    async def put(self, project: str, audit: Audit, now: datetime) -> None:
        """Replace a project's audit."""

    async def spent(self, project: str, now: datetime) -> tuple[int, int]:
        """Return the votes that the audit spent today, and its jobs of all time."""
