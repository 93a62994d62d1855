"""What the annotator's page shows beside a task: the annotator's progress, and a disputed job's votes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_gateway.domain.disputes import Dispute
from shoal_gateway.domain.tasks import Lane

MOST_COUNTED = 1000  # waiting tasks are counted up to this number


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueProgress:
    """One lane of the in-house queue, over all annotators."""

    waiting: int
    complete: int
    votes: int  # current answers


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorProgress:
    """One annotator's work in one lane. A task counts once, however often its answer is changed or sent.

    answered: tasks ever answered, which never falls; skipped: tasks skipped and never answered.
    """

    answered: int
    answered_since: int  # those answered first since a given time
    skipped: int
    current: int  # answers in effect
    can_undo: bool
    waiting: int  # tasks that the annotator may take now, at most MOST_COUNTED


class WorkReports(Protocol):
    """Read-only reports about the in-house queue."""

    async def queue_progress(self, project: str, lane: Lane) -> QueueProgress:
        """Return the progress of a lane."""

    async def annotator_progress(
        self, project: str, lane: Lane, annotator: str, since: datetime
    ) -> AnnotatorProgress:
        """Return an annotator's progress in a lane."""

    async def waiting_by_project(
        self, projects: Sequence[str], lane: Lane, annotator: str
    ) -> Mapping[str, int]:
        """Return how many tasks of each project the annotator may take now, at most MOST_COUNTED each."""

    async def dispute(self, project: str, job_id: str) -> Dispute:
        """Return a job's votes without their annotators, and why qa sent it to review."""
