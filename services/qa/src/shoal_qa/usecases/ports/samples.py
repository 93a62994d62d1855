"""Samples of a transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_qa.usecases.ports.jobs import StoredJob


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedSample:
    """A sample that the random audit took with probability `rate`, and what the production model said of it."""

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
        """Forget contents and votes of samples; return their jobs as they were, locked."""

    async def add_inclusion(self, rows: Sequence[tuple[str, str, float]]) -> None:
        """Keep (project, sample, probability) of chosen samples; a stored one stays."""

    async def add_audited(self, samples: Sequence[AuditedSample]) -> None:
        """Keep audited samples; a stored one stays. Erased ones are left out."""
