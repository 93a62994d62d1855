"""The servers that a service works with: asked every two seconds, so that probes answer at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import structlog

Part = Literal["http", "worker"]
"""A part of a service, which may run alone in a role of that name."""

PARTS: frozenset[Part] = frozenset(("http", "worker"))
INTERVAL_S = 2.0
ANSWER_S = 3.0
"""Longest wait for an answer, in seconds; checks have shorter limits of their own."""
STALE_S = 15.0
"""Age from which an answer no longer counts, in seconds."""
_log = structlog.get_logger("shoal.runtime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A server that the service works with.

    ask: returns why it is of no use at present, or an empty text. needed_by: the parts of the service whose
    work ends without it; for the others it is a note of /readyz. close: ends the connection of `ask`.
    """

    name: str
    ask: Callable[[], Awaitable[str]]
    needed_by: frozenset[Part] = PARTS
    close: Callable[[], None] = lambda: None


class DependencyWatch:
    """Keeps the latest answer of a dependency."""

    def __init__(self, dependency: Dependency) -> None:
        self.dependency = dependency
        self._fault = "has not answered yet"
        self._asked_at = time.monotonic()

    def is_needed_by(self, role: str) -> bool:
        """Return whether a process of this role cannot do its work without the server."""
        needed_by = self.dependency.needed_by
        return bool(needed_by) if role == "all" else role in needed_by

    async def run(self) -> None:
        """Ask every two seconds until cancelled."""
        try:
            while True:
                await asyncio.sleep(INTERVAL_S)
                await self.ask()
        finally:
            self.dependency.close()

    async def ask(self) -> None:
        """Ask now."""
        try:
            async with asyncio.timeout(ANSWER_S):
                fault = await self.dependency.ask()
        except Exception as error:
            fault = repr(error)
        if bool(fault) != bool(self._fault):
            _log.warning(
                "dependency_lost" if fault else "dependency_back", name=self.dependency.name, fault=fault
            )
        self._fault, self._asked_at = fault, time.monotonic()

    def fault(self) -> str:
        """Return why the server is of no use at present, or an empty text."""
        age = time.monotonic() - self._asked_at
        fault = f"has not been asked for {age:.0f} s" if age > STALE_S else self._fault
        return f"{self.dependency.name}: {fault}" if fault else ""
