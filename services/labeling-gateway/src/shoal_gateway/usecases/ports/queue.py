"""The in-house queue of a transaction."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from shoal_gateway.domain.leases import Assignment, QueueEntry
from shoal_gateway.domain.tasks import Lane, TaskOrder


class Queue(Protocol):
    """Tasks for the project's annotators."""

    async def next_order(self, project: str, lane: Lane, annotator: str, now: datetime) -> TaskOrder | None:
        """Return a task that `annotator` may lease (see may_lease), locked, or None."""

    async def lock(self, external_id: str) -> tuple[TaskOrder, QueueEntry] | None:
        """Return one task and its entry, locked, or None."""

    async def project_of(self, external_id: str) -> tuple[str, Lane] | None:
        """Return the project and lane of a task, or None."""

    async def assign(self, order: TaskOrder, assignment: Assignment, revision: int | None = None) -> None:
        """Store an annotator's hold on a task, with the latest revision of their answer."""

    async def recover(self, external_ids: Collection[str]) -> None:
        """Add tasks that the queue lacks, and the holds of annotators whose answers were recovered."""

    async def revision_of(self, external_id: str, annotator: str) -> int:
        """Return the latest revision of an annotator's answer; 0 without one."""
