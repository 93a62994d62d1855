"""The samples of a transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_qa.usecases.ports.jobs import StoredJob


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedSample:
    """A sample that the random audit took with probability `rate`, with the production model's prediction."""

    project: str
    sample_id: str
    rate: float
    model: str
    version: str
    predicted: str
    decided_at: datetime


class Samples(Protocol):
    """Samples by project and id."""

    async def erase(self, project: str, sample_ids: Collection[str]) -> list[StoredJob]:
        """Delete contents and votes of samples; lock their jobs and return them as they were."""

    async def add_ids(self, rows: Sequence[tuple[str, str]]) -> None:
        """Store (project, sample) of the stream."""

    async def ids_among(self, project: str, sample_ids: Collection[str]) -> set[str]:
        """Return which of the ids belong to samples of the stream."""

    async def erased_among(self, project: str, sample_ids: Collection[str]) -> set[str]:
        """Return which of the ids belong to erased samples."""

    async def add_inclusion(self, rows: Sequence[tuple[str, str, float]]) -> None:
        """Store (project, sample, inclusion probability); a stored one stays."""

    async def add_audited(self, samples: Sequence[AuditedSample]) -> None:
        """Store audited samples; a stored one stays, erased ones are left out."""
