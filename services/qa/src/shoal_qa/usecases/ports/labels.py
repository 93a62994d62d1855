"""The labels of a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shoal.contracts.answers import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """One revision of a label."""

    project: str
    job_id: str
    sample_id: str
    revision: int
    state: str
    label: str | None
    probability: float
    evidence: Mapping[str, Any]
    reason: str
    answer: Answer | None = None  # None when withdrawn


class Labels(Protocol):
    """Labels by revision."""

    async def add(self, rows: Sequence[LabelRow], now: datetime) -> None:
        """Store revisions of labels in the order of commits."""


class LabelList(Protocol):
    """The labels of projects, as they are now."""

    async def labels(self, project: str, after: int, limit: int) -> list[dict[str, Any]]:
        """Return the newest revision of labels that changed after `after`, in the order of change.

        Each with seq, job_id, sample_id, state, label, evidence and major.
        """
