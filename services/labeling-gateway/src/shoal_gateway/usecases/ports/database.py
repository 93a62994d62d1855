"""Transactions: changes that happen together or not at all."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from shoal.contracts.labels import AnnotationSubmitted
from shoal_gateway.usecases.ports.annotations import Annotations
from shoal_gateway.usecases.ports.feeds import Feeds
from shoal_gateway.usecases.ports.intents import Intents
from shoal_gateway.usecases.ports.jobs import Jobs
from shoal_gateway.usecases.ports.queue import Queue
from shoal_gateway.usecases.ports.requests import Requests
from shoal_gateway.usecases.ports.samples import Samples
from shoal_gateway.usecases.ports.tasks import Tasks


class Outbox(Protocol):
    """Events of a transaction."""

    async def publish(self, events: Sequence[tuple[AnnotationSubmitted, str]]) -> None:
        """Put (event, event id) into the outbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction, by aggregate. A `savepoint` is a part that may fail without the rest."""

    samples: Samples
    jobs: Jobs
    requests: Requests
    tasks: Tasks
    intents: Intents
    annotations: Annotations
    queue: Queue
    feeds: Feeds
    outbox: Outbox
    savepoint: Callable[[], AbstractAsyncContextManager[Any]]


class Database(Protocol):
    """Transactions."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commit when the block ends, roll back when it raises."""

    async def waiting_jobs(self, limit: int) -> Sequence[str]:
        """Return the ids of stored jobs with requests that are not applied."""
