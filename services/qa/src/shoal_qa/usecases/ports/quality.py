"""What a fit says about annotators and projects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shoal.messaging import OutgoingMessage
from shoal_qa.domain.annotators.trust import AnnotatorState, Evidence, Standing
from shoal_qa.usecases.ports.jobs import Major


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts and costs of a project."""

    votes: int
    jobs_open: int
    labels_accepted: int
    reviews_open: int
    spent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedCount:
    """How many samples of a model's version the audit took at one rate, and how many have a label, or a right one."""

    model: str
    version: str
    rate: float
    labelled: int
    right: int
    pending: int


class Annotators(Protocol):
    """Annotators by project and name."""

    async def gold_elsewhere(self, key: Major) -> dict[str, tuple[int, int]]:
        """Return (right, answered) of each annotator on gold under the project's other majors."""

    async def standings(self, project: str) -> dict[str, Standing]:
        """Return the state and the alarms of annotators."""

    async def save(self, project: str, states: Mapping[str, tuple[AnnotatorState, Evidence]]) -> None:
        """Replace the states of annotators and the evidence for them."""


class Quality(Protocol):
    """A project's quality as last measured."""

    async def totals(self, project: str) -> Totals:
        """Return counts and costs."""

    async def audited(self, project: str) -> list[AuditedCount]:
        """Return what the audit took, a version's rates side by side, newest versions first."""

    async def save(self, project: str, body: Mapping[str, Any], message: OutgoingMessage) -> None:
        """Keep the project's metrics and announce them."""
