"""Refuse valid annotations that cannot be stored: too many of a job, or contradicting stored ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal_gateway.domain.annotations import Annotation, Conflict, new_revisions
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.usecases.ports import ReceivedItem, Transaction

MOST_REVISIONS = 2000  # of one job: 100 votes with 20 revisions
TasksById = Mapping[str, tuple[Task, Job]]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The valid annotations, and the others as (index in the input, item, problem)."""

    good: list[Annotation]
    bad: list[tuple[int, ReceivedItem, AnswerProblem]]


async def refuse_too_many(tx: Transaction, checked: CheckResult, tasks: TasksById) -> None:
    """Refuse new revisions of jobs with MOST_REVISIONS: a vendor must not fill the stores with one job."""
    jobs = {tasks[item.external_id][1].job_id for item in checked.good}
    full = await tx.annotations.full_jobs(jobs, MOST_REVISIONS)
    for item in [item for item in checked.good if tasks[item.external_id][1].job_id in full]:
        checked.good.remove(item)
        detail = f"the job has {MOST_REVISIONS:,} revisions of annotations, the most that are stored"
        problem = AnswerProblem(
            "too_many_revisions", "revision", detail, "Send no more revisions of this task"
        )
        checked.bad.append((0, item, problem))


def refuse_conflicts(checked: CheckResult, stored: Sequence[Annotation]) -> list[Annotation]:
    """Return the new revisions; refuse those that contradict earlier ones, which would be lost unnoticed.

    stored: revisions with the same keys, and one revision of each annotation id.
    """
    fresh, conflicts = new_revisions(checked.good, stored)
    for conflict in conflicts:
        checked.bad.append((0, conflict.annotation, _conflict_problem(conflict)))
    return fresh


def _conflict_problem(conflict: Conflict) -> AnswerProblem:
    item = conflict.annotation
    if conflict.reason == "id_of_another_task":
        detail = f"{item.annotation_id!r} is the id of an annotation of another task"
        return AnswerProblem(
            conflict.reason, "annotation_id", detail, "Send an id that is unique among all your annotations"
        )
    detail = f"revision {item.revision} was received before with another answer, action or annotator"
    return AnswerProblem(
        conflict.reason, "revision", detail, "Send an edit or a deletion with the next revision"
    )
