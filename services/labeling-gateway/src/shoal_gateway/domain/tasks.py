"""A task is a job at one provider; its states and its content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class TaskState(StrEnum):
    """The state of a task. PLANNED: stored here, and not confirmed by the provider yet."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    PARKED = "parked"  # refused by the provider; an operator may send it again
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """The people who work on a task: all annotators, or reviewers only."""

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
    """Return DONE if a task at a provider has the answers it wants, and OPEN otherwise."""
    return TaskState.DONE if answers >= votes_wanted else TaskState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A model's prediction, shown to annotators if the guideline allows it and it fits the label schema.

    `label` and `score` are those of a class. `more` holds what a prediction of another kind consists of
    (labels, boxes, spans and so on), and the scores.
    """

    label: str | None
    score: float | None
    model: str
    version: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prelabel:
    """A prediction as an answer that the label schema allows: what annotators see of it.

    answer: JSON with its `kind`. score: of a class. scores: by class or candidate, or a list in the order of
    the answer's objects.
    """

    answer: Mapping[str, Any]
    score: float | None = None
    scores: Any = None
    model: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """The content to label: inline text, or a URI with the SHA-256 of its content.

    `more` holds what else the content consists of: the size of an image, turns, candidates, a crop.
    """

    text: str | None = None
    uri: str | None = None
    sha256: str | None = None
    media_type: str = "text/plain"
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOrder:
    """A task as a provider receives it. Shoal chooses `external_id` before sending anything.

    `excluded`: annotators who answered or skipped an earlier task of the job, and should not get this one.
    `prelabel`: what the provider may show of `guess`.
    """

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
    excluded: tuple[str, ...] = ()
    prelabel: Prelabel | None = None


@dataclass(frozen=True, slots=True)
class TaskReceipt:
    """A provider's response to one order: its id for the task, or the reason for refusing it."""

    external_id: str
    task_ref: str | None
    error: str | None = None
