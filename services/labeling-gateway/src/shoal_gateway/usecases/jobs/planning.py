"""Turn a job's demand for votes into tasks and intents, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import replace

from shoal.contracts.labels import AnnotationSubmitted
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.jobs import Extension, Job, NewTask, Task, needs_review, plan_votes, tasks_to_cancel
from shoal_gateway.domain.providers import Capabilities
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.domain.tasks import Lane, TaskState
from shoal_gateway.usecases.ids import event_id, external_id
from shoal_gateway.usecases.ports import Transaction
from shoal_gateway.usecases.translate import to_event


async def plan_tasks(tx: Transaction, job: Job, tasks: Sequence[Task], capabilities: Capabilities) -> bool:
    """Make the tasks of `job` add up to the votes it wants; return whether a call is to be made."""
    step = plan_votes(
        tasks,
        job.demand.votes,
        extends=capabilities.extends_overlap,
        replaces_skips=capabilities.replaces_skips,
    )
    match step:
        case NewTask(attempt, votes):
            await _add_task(tx, job, lane=Lane.LABEL, attempt=attempt, votes=votes, provider=job.provider)
        case Extension(task_id, votes):
            task = next(task for task in tasks if task.external_id == task_id)
            await extend_task(tx, task, votes, job.priority)
            extended = [replace(other, votes=votes) if other is task else other for other in tasks]
            await admit_surplus(tx, job, extended)
    return step is not None


async def admit_surplus(tx: Transaction, job: Job, tasks: Sequence[Task]) -> list[tuple[Annotation, float]]:
    """Count and announce surplus votes of the job's tasks that want more; return them with their prices.

    The vendor counts them already, so it would not ask anybody else.
    """
    admitted: list[tuple[Annotation, float]] = []
    counted = sum(task.answers for task in tasks if task.lane is Lane.LABEL)
    for task in tasks:
        free = min(task.votes - task.answers - task.repeats, job.demand.max_votes - counted - len(admitted))
        if task.lane is Lane.LABEL and free > 0 and not job.erased:
            votes = await tx.annotations.admit(task.external_id, free)
            await tx.outbox.publish([event_with_id(item, task, job, price) for item, price in votes])
            admitted += votes
            if len(votes) == task.votes - task.answers - task.repeats:
                await tx.tasks.move(task.external_id, TaskState.DONE)
    if admitted:
        await tx.annotations.recount([job.job_id])
    return admitted


def event_with_id(item: Annotation, task: Task, job: Job, price: float) -> tuple[AnnotationSubmitted, str]:
    """Return the event about a revision that counts, and its id."""
    identifier = event_id(job.project, task.provider, item.annotation_id, item.revision)
    return to_event(item, task, job, price), identifier


async def extend_task(tx: Transaction, task: Task, votes: int, priority: int) -> None:
    """Raise the votes of an existing task to `votes` in total; a finished task is open again."""
    await tx.tasks.set_votes(task.external_id, votes)
    if task.state is TaskState.DONE:
        await tx.tasks.move(task.external_id, TaskState.OPEN)
    await tx.intents.add(replace(task, votes=votes), IntentKind.EXTEND, total=votes, priority=priority)


async def add_review(tx: Transaction, job: Job, tasks: Sequence[Task], round_: int) -> bool:
    """Give the job to the project's reviewers, unless they have it already; return whether it was added."""
    if not needs_review(tasks):
        return False
    await _add_task(tx, job, lane=Lane.REVIEW, attempt=round_, votes=1, provider=IN_HOUSE)
    return True


async def withdraw_tasks(tx: Transaction, job: Job, tasks: Sequence[Task], *, finished_too: bool) -> bool:
    """Cancel the job's tasks at their providers; return whether there were any."""
    cancelled = tasks_to_cancel(tasks, finished_too=finished_too)
    for task in cancelled:
        await tx.tasks.move(task.external_id, TaskState.CANCELLED)
        await tx.intents.add(task, IntentKind.CANCEL, total=0, priority=job.priority)
    return bool(cancelled)


async def _add_task(
    tx: Transaction, job: Job, *, lane: Lane, attempt: int, votes: int, provider: str
) -> None:
    task = Task(
        external_id=external_id(job.job_id, lane, attempt),
        job_id=job.job_id,
        project=job.project,
        provider=provider,
        lane=lane,
        attempt=attempt,
        votes=votes,
    )
    await tx.tasks.add(task)
    await tx.intents.add(task, IntentKind.UPSERT, total=0, priority=job.priority)
