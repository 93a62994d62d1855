"""The gold items of a transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shoal_qa.usecases.ports.jobs import Major


@dataclass(frozen=True, slots=True)
class GoldJob:
    """A job of a sample with gold. right: the gold answer, as the `label` columns hold it."""

    job_id: str
    sample_id: str
    purpose: str
    right: str

    @property
    def is_gold(self) -> bool:
        """Return whether the job measures annotators, and gets no label."""
        return self.purpose == "gold"


class Gold(Protocol):
    """Gold items by project and sample."""

    async def add(
        self, project: str, rows: Sequence[tuple[str, str, str, dict[str, Any] | None]], now: datetime
    ) -> int:
        """Store (sample, label, job, answer) of gold items; return the number of new or changed ones.

        Changes make the project's fits due.
        """

    async def job_ids(self, project: str, major: int, sample_ids: Collection[str]) -> dict[str, str]:
        """Return the ids of the stored gold jobs of samples under a major, by sample."""

    async def jobs_of_major(self, key: Major, limit: int) -> list[GoldJob]:
        """Return the jobs of samples with gold, of any purpose but not erased ones; `limit` at most."""
