"""The sampler's own state."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.labels import LabelAccepted
from shoal.contracts.samples import SampleEmbedded
from shoal.contracts.selections import CampaignChanged
from shoal_sampler.usecases.ports.budgets import Budgets, Spending
from shoal_sampler.usecases.ports.chosen import ChosenSamples
from shoal_sampler.usecases.ports.decisions import Decisions
from shoal_sampler.usecases.ports.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Project:
    """One project under its lock, in one transaction: nobody else decides or changes its campaigns meanwhile."""

    waiting: Waiting
    budgets: Budgets
    chosen_samples: ChosenSamples
    decisions: Decisions


class Store(Protocol):
    """The sampler's own state."""

    def project(self, project: str) -> AbstractAsyncContextManager[Project]:
        """Open a project: the transaction commits when the block ends, and rolls back when it raises."""

    async def in_force(self, project: str, now: datetime) -> list[Spending]:
        """Return the active campaigns with votes and time left, without a lock."""

    async def definitions(self, campaign_ids: Collection[str]) -> list[CampaignChanged]:
        """Return campaigns as they stand."""

    async def wait(self, project: str, events: Sequence[SampleEmbedded], now: datetime) -> None:
        """Let samples wait that neither wait nor have a decision."""

    async def projects_waiting(self) -> list[str]:
        """Return the projects in which samples wait."""

    async def label(self, labels: Sequence[LabelAccepted]) -> None:
        """Keep the highest revision of each sample's label."""

    async def erase(self, project: str, sample_ids: Collection[str]) -> None:
        """Forget samples, but for the fact that they were decided."""
