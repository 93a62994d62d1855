"""A service as its composition root describes it; the runtime runs it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import FastAPI

from shoal.messaging import Broadcast, Consumer, Publisher
from shoal.runtime.loops import Loop
from shoal.runtime.settings import ServiceSettings
from shoal.security import ProjectDirectory

S = TypeVar("S", bound=ServiceSettings)
Build = Callable[[S, Publisher], AbstractAsyncContextManager["Service"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts of one service.

    broadcasts are read to their end before consumers and HTTP begin, in every role. consumers, loops and
    background run in the roles worker and all; a background task that ends, ends the service. ready: each returns why
    the service is not ready, or an empty text. directory: where keys are looked up (shoal.security).
    """

    name: str
    app: FastAPI | None = None
    consumers: Sequence[Consumer[Any]] = ()
    broadcasts: Sequence[Broadcast[Any]] = ()
    loops: Sequence[Loop] = ()
    background: Sequence[Callable[[], Awaitable[None]]] = ()
    ready: Sequence[Callable[[], Awaitable[str]]] = ()
    directory: ProjectDirectory | None = None

    def all_broadcasts(self) -> list[Broadcast[Any]]:
        """Return the broadcasts with the directory's, each once."""
        own = [] if self.directory is None else [self.directory.broadcast]
        return [*own, *(broadcast for broadcast in self.broadcasts if broadcast not in own)]
