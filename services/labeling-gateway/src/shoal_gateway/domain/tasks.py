"""A task: a job as it exists at one provider, and the states it may be in."""

from dataclasses import dataclass
from enum import StrEnum


class TaskState(StrEnum):
    """Where a task stands. PLANNED: written down, not known to be at the provider yet."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    PARKED = "parked"  # the provider refused it; an operator may send it again
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """Who works on a task: every annotator, or reviewers only."""

    LABEL = "label"
    REVIEW = "review"


_MOVES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.PLANNED: frozenset({TaskState.OPEN, TaskState.DONE, TaskState.PARKED, TaskState.CANCELLED}),
    TaskState.OPEN: frozenset({TaskState.DONE, TaskState.CANCELLED}),
    TaskState.DONE: frozenset({TaskState.OPEN, TaskState.CANCELLED}),
    TaskState.PARKED: frozenset({TaskState.PLANNED, TaskState.CANCELLED}),
    TaskState.CANCELLED: frozenset(),
}


def states_before(to: TaskState) -> tuple[TaskState, ...]:
    """Return the states from which a task may become `to`, as the guard of an UPDATE.

    `to` itself is always one of them, so that a repeated effect is harmless.
    """
    return tuple(state for state in TaskState if to is state or to in _MOVES[state])


def state_after_answers(votes_wanted: int, answers: int) -> TaskState:
    """Return DONE when a task at a provider has the answers it wants, else OPEN."""
    return TaskState.DONE if answers >= votes_wanted else TaskState.OPEN


@dataclass(frozen=True, slots=True)
class Guess:
    """A model's answer, shown to annotators where the guideline allows it."""

    label: str
    score: float | None
    model: str
    version: str


@dataclass(frozen=True, slots=True)
class Datum:
    """What an annotator looks at: inline text, or a URI with the SHA-256 of what lies there."""

    text: str | None
    uri: str | None
    sha256: str | None
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOrder:
    """All that a provider needs to know about a task. `external_id` is chosen before anything is sent."""

    external_id: str
    project: str
    job_id: str
    sample_id: str
    lane: Lane
    guideline_major: int
    datum: Datum
    guess: Guess | None
    votes: int
    priority: int


@dataclass(frozen=True, slots=True)
class TaskReceipt:
    """What a provider said about one order: its own id for the task, or why it refused it."""

    external_id: str
    task_ref: str | None
    error: str | None = None
