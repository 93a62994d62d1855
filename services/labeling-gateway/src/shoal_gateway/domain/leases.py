"""Rules of the in-house queue: each annotator sees a sample once, leases expire, and skips free a slot.

A task that wants n votes has n slots; an answer or a running lease occupies one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Holding(StrEnum):
    """The relation of one annotator to one task."""

    LEASED = "leased"
    ANSWERED = "answered"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One annotator's hold on one task; `leased_until` applies while it is LEASED."""

    annotator: str
    holding: Holding
    leased_until: datetime

    def occupies(self, now: datetime) -> bool:
        """Return whether this occupies one of the task's slots."""
        if self.holding is Holding.LEASED:
            return self.leased_until > now
        return self.holding is Holding.ANSWERED


class Refusal(StrEnum):
    """Why an annotator cannot lease a task or answer it."""

    CLOSED = "task_closed"
    FULL = "task_full"
    ALREADY_ANSWERED = "already_answered"
    ALREADY_SKIPPED = "already_skipped"
    SAMPLE_SEEN = "sample_seen"


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A task in the queue, with the holds of all annotators.

    `seen_by` are the annotators who answered or skipped another task about the same sample.
    """

    open: bool
    votes: int
    assignments: Sequence[Assignment]
    seen_by: Collection[str] = ()

    def assignment_of(self, annotator: str) -> Assignment | None:
        """Return the hold of `annotator` on the task, or None."""
        return next((hold for hold in self.assignments if hold.annotator == annotator), None)

    def slots_of_others(self, annotator: str, now: datetime) -> int:
        """Return the number of slots that other annotators occupy."""
        return sum(hold.occupies(now) for hold in self.assignments if hold.annotator != annotator)


def may_lease(entry: QueueEntry, annotator: str, now: datetime) -> Refusal | None:
    """Return why `annotator` cannot lease the task, or None. An annotator may renew a lease."""
    assignment = entry.assignment_of(annotator)
    if assignment is not None and assignment.holding is Holding.ANSWERED:
        return Refusal.ALREADY_ANSWERED
    if assignment is not None and assignment.holding is Holding.SKIPPED:
        return Refusal.ALREADY_SKIPPED
    return _may_hold(entry, annotator, now)


def may_answer(entry: QueueEntry, annotator: str, now: datetime) -> Refusal | None:
    """Return why `annotator` cannot answer the task now, or None.

    An existing answer may be changed at any time. A first answer needs a slot: a running lease, or an expired
    one whose slot is still free. So a task never gets more answers than it wants.
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
    """Return a lease that starts now."""
    return Assignment(annotator, Holding.LEASED, now + length)
