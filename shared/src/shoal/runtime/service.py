"""A composition root's description of a service, which the runtime runs."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from fastapi import FastAPI

from shoal.messaging import Broadcast, Consumer, Publisher
from shoal.observability.passes import Passes
from shoal.runtime.dependencies import Dependency
from shoal.runtime.loops import Loop
from shoal.runtime.measuring import Measure
from shoal.runtime.settings import ServiceSettings
from shoal.security import ProjectDirectory
from shoal.security.following import KeyChanges

S = TypeVar("S", bound=ServiceSettings)
Build = Callable[[S, Publisher], AbstractAsyncContextManager["Service"]]


class Background(Protocol):
    """Work without an end beside the consumers, such as the relay of an outbox."""

    @property
    def passes(self) -> Passes:
        """Return its passes, which show whether it gets on."""

    async def run(self) -> None:
        """Work until cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts of one service.

    broadcasts are read to their end before consumers and HTTP start, in every role. consumers, loops and
    background run in the roles worker and all; when background work ends, the service ends. measures set
    gauges in the same roles, every `metrics_interval_s` seconds. dependencies: the servers besides Kafka.
    serves_without_kafka: whether the HTTP API does its work while Kafka is away. directory: the directory of
    API keys (shoal.security). key_changes: reads changes of keys past Kafka; by default from ingest's HTTP
    API.
    """

    name: str
    app: FastAPI | None = None
    consumers: Sequence[Consumer[Any]] = ()
    broadcasts: Sequence[Broadcast[Any]] = ()
    loops: Sequence[Loop] = ()
    measures: Sequence[Measure] = ()
    background: Sequence[Background] = ()
    dependencies: Sequence[Dependency] = ()
    serves_without_kafka: bool = False
    directory: ProjectDirectory | None = None
    key_changes: KeyChanges | None = None

    def all_broadcasts(self) -> list[Broadcast[Any]]:
        """Return the broadcasts, including the directory's, without duplicates."""
        first = [] if self.directory is None else [self.directory.broadcast]
        return [
            *first,
            *(broadcast for broadcast in self.broadcasts if broadcast not in first),
        ]
