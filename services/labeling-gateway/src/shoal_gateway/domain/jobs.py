"""A job as the gateway stores it, and the tasks that its demand for votes requires."""

from collections.abc import Sequence
from dataclasses import dataclass

from shoal_gateway.domain.tasks import Datum, Guess, Lane, TaskState
from shoal_gateway.domain.votes import Demand, annotators_needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One sample that needs a label under one guideline; `datum` is None once the sample is erased.

    `campaign`: the name of the campaign that pays, or what stands for it in metrics.
    """

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
    campaign: str = ""
    erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of a job at one provider; `answers` and `skips` count what has come back.

    `repeats` counts answers of people whose vote counts in an earlier task of the job.
    """

    external_id: str
    job_id: str
    project: str
    provider: str
    lane: Lane
    attempt: int
    votes: int
    answers: int = 0
    skips: int = 0
    repeats: int = 0
    state: TaskState = TaskState.PLANNED

    @property
    def is_live(self) -> bool:
        """Return whether the task may still bring answers."""
        return self.state is not TaskState.CANCELLED


@dataclass(frozen=True, slots=True)
class NewTask:
    """A new task is needed, for `votes` votes."""

    attempt: int
    votes: int


@dataclass(frozen=True, slots=True)
class Extension:
    """An existing task must bring more votes; `votes` is its new total."""

    external_id: str
    votes: int


def plan_votes(
    tasks: Sequence[Task], votes: int, *, extends: bool, replaces_skips: bool
) -> NewTask | Extension | None:
    """Return the step after which a job's label tasks bring `votes` answers, or None if they already do.

    Answers of a cancelled task count; its skips are not replaced. A second vote of one person is no vote, so
    another person is asked in its place. Planning again changes nothing.
    """
    labelling = [task for task in tasks if task.lane is Lane.LABEL]
    skips = sum(task.skips for task in labelling if task.is_live)
    needed = annotators_needed(votes, skips, replaces_skips=replaces_skips)
    planned = sum(_votes_to_come(task) if task.is_live else task.answers for task in labelling)
    if planned >= needed:
        return None
    live = next((task for task in labelling if task.is_live), None)
    if live is not None and extends:
        return Extension(live.external_id, live.votes + needed - planned)
    return NewTask(max((task.attempt for task in labelling), default=0) + 1, needed - planned)


def _votes_to_come(task: Task) -> int:
    """Return the votes that a live task will have in all."""
    return max(task.votes - task.repeats, task.answers)


def needs_review(tasks: Sequence[Task]) -> bool:
    """Return whether the job has no unfinished review."""
    unfinished = (TaskState.PLANNED, TaskState.OPEN, TaskState.PARKED)
    return not any(task.lane is Lane.REVIEW and task.state in unfinished for task in tasks)


def tasks_to_cancel(tasks: Sequence[Task], *, finished_too: bool) -> list[Task]:
    """Return the tasks to cancel; with `finished_too` also those that are done, to remove their content."""
    return [task for task in tasks if task.is_live and (finished_too or task.state is not TaskState.DONE)]
