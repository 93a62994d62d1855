"""Transactions over all aggregates."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from shoal.messaging import OutgoingMessage
from shoal_qa.usecases.ports.annotations import Annotations
from shoal_qa.usecases.ports.gold import Gold
from shoal_qa.usecases.ports.jobs import Jobs
from shoal_qa.usecases.ports.labels import Labels
from shoal_qa.usecases.ports.projects import Projects
from shoal_qa.usecases.ports.samples import Samples


class Outbox(Protocol):
    """Outgoing messages of a transaction."""

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send messages after this transaction commits."""

    async def publish_checked(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send messages of a request after this transaction commits. Raises MessageTooLarge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction, by aggregate."""

    projects: Projects
    jobs: Jobs
    annotations: Annotations
    labels: Labels
    samples: Samples
    gold: Gold
    outbox: Outbox


class Database(Protocol):
    """Transactions."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commit when the block ends, roll back when it raises."""
