"""The sampler's own state."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.labels import LabelAccepted
from shoal.contracts.samples import SampleEmbedded
from shoal.contracts.selections import CampaignChanged
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.ports.budgets import Budgets, Spending
from shoal_sampler.usecases.ports.chosen_samples import ChosenSamples
from shoal_sampler.usecases.ports.decisions import Decisions
from shoal_sampler.usecases.ports.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Project:
    """One project under its lock, in one transaction.

    No other process decides on its samples or changes its campaigns meanwhile.
    """

    waiting: Waiting
    budgets: Budgets
    chosen_samples: ChosenSamples
    decisions: Decisions


class Store(Protocol):
    """The sampler's own state."""

    def project(self, project: str) -> AbstractAsyncContextManager[Project]:
        """Open a project: the transaction commits when the block ends, and rolls back if it raises."""

    async def in_force(self, project: str, now: datetime) -> list[Spending]:
        """Return the active campaigns that have votes and time left, without a lock."""

    async def has_policy(self, project: str) -> bool:
        """Return whether a campaign of the project ever started, or its audit was set; without a lock."""

    async def audit(self, project: str) -> Audit | None:
        """Return the project's audit, None for the default; without a lock."""

    async def definitions(self, campaign_ids: Collection[str]) -> list[CampaignChanged]:
        """Return the current definitions of campaigns."""

    async def wait(self, project: str, events: Sequence[SampleEmbedded], now: datetime) -> None:
        """Store samples that wait for a window, except those that already wait or have a decision."""

    async def projects_waiting(self) -> list[str]:
        """Return the projects in which samples wait."""

    async def label(self, labels: Sequence[LabelAccepted]) -> None:
        """Store the highest revision of each sample's label."""
