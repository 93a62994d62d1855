"""Bounded waits for what a broadcast has not brought yet: a project or a key created a moment ago."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Arrivals:
    """Lets requests wait for names that may be on their way; none of the limits can be raised by callers.

    wait_s: longest wait for a name. again_s: longest wait for a name that did not come within the last
    `remembered_s` seconds, so that a misspelt name is answered fast but a late one is not refused.
    most_waiters: waits at one time; beyond it a name is answered at once. most_remembered: names in memory.
    """

    wait_s: float = 5.0
    again_s: float = 1.0
    remembered_s: float = 30.0
    most_waiters: int = 100
    most_remembered: int = 1000
    _waiters: dict[str, set[asyncio.Future[None]]] = field(default_factory=dict, init=False)
    _count: int = field(default=0, init=False)
    _absent: OrderedDict[str, float] = field(default_factory=OrderedDict, init=False)

    def note(self, names: Iterable[str]) -> None:
        """Wake the requests that wait for these names."""
        for name in names:
            self._absent.pop(name, None)
            for waiter in self._waiters.pop(name, ()):
                if not waiter.done():
                    waiter.set_result(None)

    async def find(self, name: str, look_up: Callable[[], T | None]) -> T | None:
        """Return what `look_up` returns, at once or when the name arrives; None if it does not come in time.

        Must run on the event loop on which `note` is called.
        """
        deadline = time.monotonic() + self._patience(name)
        while (present := look_up()) is None:
            left = deadline - time.monotonic()
            if left <= 0 or self._count >= self.most_waiters:
                self._remember(name)
                return None
            await self._wait(name, left)
        return present

    def _patience(self, name: str) -> float:
        until = self._absent.get(name, 0.0)
        return self.again_s if time.monotonic() < until else self.wait_s

    async def _wait(self, name: str, seconds: float) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(name, set()).add(waiter)
        self._count += 1
        try:
            await asyncio.wait((waiter,), timeout=seconds)
        finally:
            self._count -= 1
            waiters = self._waiters.get(name)
            if waiters is not None:
                waiters.discard(waiter)
                if not waiters:
                    del self._waiters[name]

    def _remember(self, name: str) -> None:
        self._absent[name] = time.monotonic() + self.remembered_s
        self._absent.move_to_end(name)
        while len(self._absent) > self.most_remembered:
            self._absent.popitem(last=False)
