"""The in-house queue's rules: one sample once per annotator, leases that run out, skips that free a place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Holding(StrEnum):
    """What one annotator has to do with one task."""

    LEASED = "leased"
    ANSWERED = "answered"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One annotator's hold on one task; `leased_until` matters while it is LEASED."""

    annotator: str
    holding: Holding
    leased_until: datetime

    def occupies(self, now: datetime) -> bool:
        """Tell whether this takes one of the task's places."""
        if self.holding is Holding.LEASED:
            return self.leased_until > now
        return self.holding is Holding.ANSWERED


class Refusal(StrEnum):
    """Why an annotator cannot have a task or answer it."""

    CLOSED = "task_closed"
    FULL = "task_full"
    ALREADY_ANSWERED = "already_answered"
    ALREADY_SKIPPED = "already_skipped"
    SAMPLE_SEEN = "sample_seen"


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A task in the queue with everybody's hold on it.

    `seen_by` are the annotators who answered or skipped another task about the same sample.
    """

    open: bool
    votes: int
    assignments: Sequence[Assignment]
    seen_by: Collection[str] = ()

    def assignment_of(self, annotator: str) -> Assignment | None:
        """Return what `annotator` has to do with the task."""
        return next((hold for hold in self.assignments if hold.annotator == annotator), None)

    def slots_of_others(self, annotator: str, now: datetime) -> int:
        """Return how many places others occupy."""
        return sum(hold.occupies(now) for hold in self.assignments if hold.annotator != annotator)


def may_lease(entry: QueueEntry, annotator: str, now: datetime) -> Refusal | None:
    """Return why `annotator` cannot be given the task, or None. Their own lease is renewed."""
    assignment = entry.assignment_of(annotator)
    if assignment is not None and assignment.holding is Holding.ANSWERED:
        return Refusal.ALREADY_ANSWERED
    if assignment is not None and assignment.holding is Holding.SKIPPED:
        return Refusal.ALREADY_SKIPPED
    return _may_hold(entry, annotator, now)


def may_answer(entry: QueueEntry, annotator: str, now: datetime) -> Refusal | None:
    """Return why `annotator` cannot answer the task now, or None.

    An answer that stands may be changed for ever. A first answer needs a place: a lease that still runs, or
    one that ran out while nobody else took the place; so a task never gets more answers than it wants.
    """
    assignment = entry.assignment_of(annotator)
    if assignment is not None and assignment.holding is Holding.ANSWERED:
        return None
    return _may_hold(entry, annotator, now)


def _may_hold(entry: QueueEntry, annotator: str, now: datetime) -> Refusal | None:
    if not entry.open:
        return Refusal.CLOSED
    if annotator in entry.seen_by:
        return Refusal.SAMPLE_SEEN
    if entry.slots_of_others(annotator, now) >= entry.votes:
        return Refusal.FULL
    return None


def new_lease(annotator: str, now: datetime, length: timedelta) -> Assignment:
    """Return a lease from now on."""
    return Assignment(annotator, Holding.LEASED, now + length)
