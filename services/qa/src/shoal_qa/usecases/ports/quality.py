"""Annotators and the quality of projects."""

from collections.abc import Mapping, Sequence
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
class MeasuredQuality:
    """A project's quality. body: the event. production: rows by model version. providers: their agreement."""

    body: Mapping[str, Any]
    production: Sequence[Mapping[str, Any]]
    providers: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedCount:
    """Audited samples of a model version at one rate, counted by their labels.

    labelled: with an accepted label. right: of those, with a right prediction. pending: without a label.
    """

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

    async def gold_answers_elsewhere(self, key: Major, kind: str, most: int) -> list[tuple[str, str, str]]:
        """Return (annotator, answer, right answer) on gold under other majors, the newest answers first."""

    async def standings(self, project: str) -> dict[str, Standing]:
        """Return the states and alarms of a project's annotators by name."""

    async def save(self, project: str, states: Mapping[str, tuple[AnnotatorState, Evidence]]) -> None:
        """Replace the states of annotators and the evidence for these."""


class Quality(Protocol):
    """A project's quality as last measured."""

    async def totals(self, project: str) -> Totals:
        """Return counts and costs."""

    async def audited(self, project: str) -> list[AuditedCount]:
        """Return counts by model version and rate, the versions with the newest samples first."""

    async def recent_labels(self, project: str) -> list[tuple[str, str]]:
        """Return (job, label) of the newest accepted labels."""

    async def save(self, project: str, measured: MeasuredQuality, message: OutgoingMessage) -> None:
        """Store a project's quality and announce it."""
