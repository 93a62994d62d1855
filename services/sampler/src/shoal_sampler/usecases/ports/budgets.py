"""What the campaigns and the audit of a project may still spend."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_sampler.domain.campaigns.audit import Audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """An active campaign and what it has spent; id and version identify its definition."""

    campaign_id: str
    version: int
    votes_reserved: int
    credit: float
    taken_today: int


class Budgets(Protocol):
    """Budgets of a project."""

    async def in_force(self, now: datetime) -> list[Spending]:
        """Return the active campaigns that have votes and time left."""

    async def has_policy(self) -> bool:
        """Return whether a campaign of the project ever started, or its audit was set."""

    async def audit(self, now: datetime) -> tuple[Audit | None, int]:
        """Return the project's audit, None for the default, and the votes it spent today."""
