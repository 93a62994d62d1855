"""Decisions of a project."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.messaging import OutgoingMessage
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.domain.campaigns.samples import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one campaign makes of one window: increments, and the credit that replaces the old one."""

    campaign_id: str
    votes: int
    jobs: int
    seen: int
    eligible: int
    taken: int
    shared: int
    duplicates: int
    credit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One sample that got a job."""

    sample: Sample
    job_id: str
    purpose: str
    campaign_id: str | None
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything that one window changes; kept in one transaction."""

    records: Sequence[Record]
    effects: Sequence[Effect]
    audit_votes: int
    chosen: Sequence[Chosen]
    messages: Sequence[OutgoingMessage]


class Decisions(Protocol):
    """Decisions by sample."""

    async def among(self, sample_ids: Collection[str]) -> set[str]:
        """Return which of the samples have a decision."""

    async def add(self, outcome: Outcome, now: datetime) -> None:
        """Keep everything that a window changed. Raises where a budget would be exceeded: nothing is kept."""
