"""A job as the gateway keeps it, and the tasks that its demand for votes calls for."""

from collections.abc import Sequence
from dataclasses import dataclass

from shoal_gateway.domain.tasks import Datum, Guess, Lane, TaskState
from shoal_gateway.domain.votes import Demand, annotators_needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One sample that needs a label under one guideline; `datum` is None when it was erased."""

    job_id: str
    project: str
    sample_id: str
    purpose: str
    guideline_major: int
    guideline_minor: int
    provider: str
    datum: Datum | None
    guess: Guess | None
    priority: int
    demand: Demand
    erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of a job at one provider; `answers` and `skips` are what came back so far."""

    external_id: str
    job_id: str
    project: str
    provider: str
    lane: Lane
    attempt: int
    votes: int
    answers: int = 0
    skips: int = 0
    state: TaskState = TaskState.PLANNED

    @property
    def is_live(self) -> bool:
        """Tell whether the task may still bring answers."""
        return self.state is not TaskState.CANCELLED


@dataclass(frozen=True, slots=True)
class NewTask:
    """A further task is needed, for so many votes."""

    attempt: int
    votes: int


@dataclass(frozen=True, slots=True)
class Extension:
    """An existing task must bring more votes: the total it now wants."""

    external_id: str
    votes: int


def plan_votes(
    tasks: Sequence[Task], votes: int, *, extends: bool, replaces_skips: bool
) -> NewTask | Extension | None:
    """Return what must happen so that the label tasks of one job bring `votes` answers, or None.

    Answers that a cancelled task had brought count, and no skip of it asks for another; planning again changes
    nothing.
    """
    labelling = [task for task in tasks if task.lane is Lane.LABEL]
    skips = sum(task.skips for task in labelling if task.is_live)
    needed = annotators_needed(votes, skips, replaces_skips=replaces_skips)
    planned = sum(task.votes if task.is_live else task.answers for task in labelling)
    if planned >= needed:
        return None
    live = next((task for task in labelling if task.is_live), None)
    if live is not None and extends:
        return Extension(live.external_id, live.votes + needed - planned)
    return NewTask(max((task.attempt for task in labelling), default=0) + 1, needed - planned)


def needs_review(tasks: Sequence[Task]) -> bool:
    """Tell whether no review of the job is under way."""
    unfinished = (TaskState.PLANNED, TaskState.OPEN, TaskState.PARKED)
    return not any(task.lane is Lane.REVIEW and task.state in unfinished for task in tasks)


def tasks_to_cancel(tasks: Sequence[Task], *, finished_too: bool) -> list[Task]:
    """Return the tasks to take back; those that are done only when their content must go too."""
    return [task for task in tasks if task.is_live and (finished_too or task.state is not TaskState.DONE)]
