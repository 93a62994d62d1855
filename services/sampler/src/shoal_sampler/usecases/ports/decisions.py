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
    """What one window changes for one campaign: increments, and the new credit."""

    campaign_id: str
    votes: int
    jobs: int
    samples_seen: int
    eligible: int
    samples_taken: int
    shared: int
    duplicates: int
    credit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleJob:
    """A sample that got a job. campaign: the name of the campaign that pays.

    received_at: the sample's arrival at ingest, None if its event does not say.
    """

    sample: Sample
    job_id: str
    purpose: str
    campaign_id: str | None
    campaign: str | None
    votes: int
    received_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything that one window changes; stored in one transaction."""

    records: Sequence[Record]
    effects: Sequence[Effect]
    audit_votes: int
    sample_jobs: Sequence[SampleJob]
    messages: Sequence[OutgoingMessage]


class Decisions(Protocol):
    """Decisions by sample."""

    async def among(self, sample_ids: Collection[str]) -> set[str]:
        """Return which of the samples have a decision."""

    async def add(self, outcome: Outcome, now: datetime) -> None:
        """Store everything that a window changed. Raises if it exceeds a budget; then nothing is stored."""
