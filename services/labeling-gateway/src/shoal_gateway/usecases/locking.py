"""Lock a task of the in-house queue with its entry."""

from dataclasses import replace

from shoal_gateway.domain.leases import QueueEntry
from shoal_gateway.domain.tasks import TaskOrder
from shoal_gateway.usecases.ports import Transaction
from shoal_gateway.usecases.refusals import unknown_task


async def lock_task(tx: Transaction, external_id: str) -> tuple[TaskOrder, QueueEntry]:
    """Return a task and its queue entry, both locked; the entry of a cancelled task is closed.

    The queue may not know of the cancellation yet. Raises Refused if there is no such task.
    """
    match = await tx.queue.lock(external_id)
    if match is None:
        raise unknown_task(external_id)
    order, entry = match
    task, _ = (await tx.tasks.lock(order.project, [external_id]))[external_id]
    return order, replace(entry, open=entry.open and task.is_live)
