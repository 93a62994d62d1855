"""What the use cases need from the outside."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.labels import LabelAccepted
from shoal.contracts.samples import SampleEmbedded
from shoal.contracts.selections import CampaignChanged
from shoal.messaging import OutgoingMessage
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.vectors.rows import Vectors


@dataclass(frozen=True, slots=True)
class Spending:
    """A campaign in force and what it has spent; its definition is found by id and version."""

    campaign_id: str
    version: int
    votes_reserved: int
    credit: float
    taken_today: int


@dataclass(frozen=True, slots=True)
class Queue:
    """The samples of one project that wait for their window to close."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Chosen:
    """One sample that got a job."""

    sample: Sample
    job_id: str
    purpose: str
    campaign_id: str | None
    votes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one window changes; kept in one transaction."""

    records: Sequence[Record]
    effects: Sequence[Effect]
    audit_votes: int
    chosen: Sequence[Chosen]
    messages: Sequence[OutgoingMessage]


class Project(Protocol):
    """One project under its lock, in one transaction: nobody else decides or changes its campaigns meanwhile."""

    async def queue(self) -> Queue:
        """Return how many samples wait and since when."""

    async def waiting(self, limit: int) -> list[SampleEmbedded]:
        """Return the oldest waiting samples."""

    async def drop_waiting(self, sample_ids: Collection[str]) -> None:
        """Let samples wait no longer."""

    async def decided(self, sample_ids: Collection[str]) -> set[str]:
        """Return which of the samples have a decision."""

    async def in_force(self, now: datetime) -> list[Spending]:
        """Return the active campaigns with votes and time left."""

    async def audit(self, now: datetime) -> tuple[Audit | None, int]:
        """Return the project's audit, None where nobody has set one, and the votes it has spent today."""

    async def chosen_hashes(self, hashes: Collection[bytes]) -> set[bytes]:
        """Return which contents are chosen already."""

    async def chosen_since(
        self, generation: str, seq: int, limit: int
    ) -> tuple[int, list[tuple[str, bytes]]]:
        """Return the ids and vectors of the last `limit` samples chosen after `seq`, and the last one's seq."""

    async def keep(self, outcome: Outcome, now: datetime) -> None:
        """Keep everything that a window changed. Raises where a budget would be exceeded: nothing is kept."""


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


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign and its live counts."""

    event: CampaignChanged
    votes_reserved: int
    taken_today: int
    counts: Mapping[str, int]  # seen, eligible, taken, shared, duplicates, jobs, labels_accepted


class Campaigns(Protocol):
    """Campaigns as people see and change them."""

    async def add(self, event: CampaignChanged, message: OutgoingMessage) -> bool:
        """Keep a new campaign and its event; False where the project has one of that name."""

    async def list(self, project: str, now: datetime) -> list[CampaignRow]:
        """Return a project's campaigns, oldest first."""

    async def get(self, project: str, campaign_id: str, now: datetime) -> CampaignRow | None:
        """Return one campaign."""

    async def replace(self, event: CampaignChanged, message: OutgoingMessage) -> bool:
        """Keep the next version and its event; False where another version came between, or votes are spent."""

    async def waiting(self, project: str) -> int:
        """Return how many of the project's samples wait for a window."""

    async def decided(self, project: str) -> int:
        """Return how many of the project's samples were decided on."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A project's audit and what it has spent."""

    audit: Audit
    votes_today: int
    jobs: int


class Audits(Protocol):
    """Audits as people see and change them."""

    async def get(self, project: str, now: datetime) -> AuditRow | None:
        """Return a project's audit, None where nobody has set one; its spending is then under the default."""

    async def put(self, project: str, audit: Audit, now: datetime) -> None:
        """Replace a project's audit."""

    async def spent(self, project: str, now: datetime) -> tuple[int, int]:
        """Return the audit's votes of today and its jobs of all time."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sample's vector as the vector store has it."""

    generation: str
    vector: Vectors


class VectorLookup(Protocol):
    """Vectors of samples that were embedded before."""

    async def find(self, project: str, sample_ids: Sequence[str]) -> dict[str, Found]:
        """Return what is known; a sample that is not embedded (yet) is absent."""
