"""Numbers of all projects, for metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneTally:
    """The tasks of one campaign at one provider in one lane.

    votes_open: asked for and not given. changed_at: when the numbers changed last, about. oldest: creation of
    the oldest open task.
    """

    project: str
    provider: str
    campaign: str
    lane: str
    tasks_open: int
    votes_open: int
    oldest: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTally:
    """What one campaign has spent at one provider, and will spend for the votes that are open."""

    project: str
    provider: str
    campaign: str
    spent: float
    committed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTally:
    """One provider: its tasks by state, the webhooks that wait or are parked, and its active annotators."""

    project: str
    provider: str
    tasks: dict[str, int]
    webhooks_waiting: int
    webhooks_parked: int
    oldest_webhook: datetime | None
    annotators: int


class Tallies(Protocol):
    """Numbers of all projects, without a count over all tasks or annotations."""

    async def fold(self) -> None:
        """Add the changes since the last call to the totals."""

    async def lanes(self) -> Sequence[LaneTally]:
        """Return the tasks by project, provider, campaign and lane, those with open ones first."""

    async def money(self) -> Sequence[MoneyTally]:
        """Return the costs by project, provider and campaign."""

    async def providers(self, active_since: datetime) -> Sequence[ProviderTally]:
        """Return every provider that is configured or has had tasks."""
