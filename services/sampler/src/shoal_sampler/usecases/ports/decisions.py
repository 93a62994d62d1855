"""Decisions of a project."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.messaging import OutgoingMessage
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.domain.campaigns.samples import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one window changes for one campaign: increments, and the new credit; None leaves it as it is."""

    campaign_id: str
    votes: int
    jobs: int
    samples_seen: int
    eligible: int
    samples_taken: int
    shared: int
    duplicates: int
    credit: float | None


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
    """Everything that one window changes; stored in one transaction. parents: of crops, by their ids."""

    records: Sequence[Record]
    effects: Sequence[Effect]
    audit_votes: int
    sample_jobs: Sequence[SampleJob]
    messages: Sequence[OutgoingMessage]
    parents: Mapping[str, str]


class Decisions(Protocol):
    """Decisions by sample."""

    async def among(self, sample_ids: Collection[str]) -> set[str]:
        """Return which of the samples have a decision, or crops that have one.

        Boxes of a later prediction of an image are therefore not asked about again.
        """

    async def crops_of(self, sample_ids: Collection[str]) -> dict[str, str]:
        """Return the crops of images that have a decision, each with its image."""

    async def erase(self, sample_ids: Collection[str], messages: Sequence[OutgoingMessage]) -> None:
        """Delete samples, and store messages for Kafka; only the fact that they were decided stays."""

    async def add(self, outcome: Outcome, now: datetime) -> None:
        """Store everything that a window changed. Raises if it exceeds a budget; then nothing is stored."""

    async def recover_chosen(self, sample_jobs: Sequence[SampleJob], now: datetime) -> int:
        """Store chosen samples that are missing, as chosen at `now`; return their number."""
