"""Lock a task of the in-house queue with its entry."""

from dataclasses import dataclass, replace

from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.leases import QueueEntry
from shoal_gateway.domain.tasks import TaskOrder
from shoal_gateway.usecases.ports import Transaction
from shoal_gateway.usecases.refusals import unknown_task


@dataclass(frozen=True, slots=True)
class LockedTask:
    """A task of the in-house queue, its entry there, and the task and the job behind it; all are locked."""

    order: TaskOrder
    entry: QueueEntry
    task: Task
    job: Job


async def lock_task(tx: Transaction, external_id: str) -> LockedTask:
    """Return a task with all that is locked of it; the entry of a cancelled task is closed.

    The queue may not know of the cancellation yet. Raises Refused if there is no such task.
    """
    match = await tx.queue.lock(external_id)
    if match is None:
        raise unknown_task(external_id)
    order, entry = match
    task, job = (await tx.tasks.lock(order.project, [external_id]))[external_id]
    return LockedTask(order, replace(entry, open=entry.open and task.is_live), task, job)
