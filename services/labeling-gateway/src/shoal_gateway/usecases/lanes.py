"""Lanes: work that goes on side by side, for example one lane for each provider."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import suppress
from typing import Generic, TypeVar

from shoal.backoff import Backoff

LaneKey = TypeVar("LaneKey", bound=Hashable)
GRACE_S = 2.0
_REST = Backoff(first_s=1.0, longest_s=60.0)


class Lanes(Generic[LaneKey]):
    """Runs at most one asyncio task per lane. What a lane raises makes that lane rest, and no other.

    `due` returns the lanes with work. `work` does a part of a lane's work and returns its amount; it is
    called until that is 0. `failed` is told of errors, and `wake` is called after a lane that did something.
    """

    def __init__(
        self,
        *,
        due: Callable[[], Awaitable[Iterable[LaneKey]]],
        work: Callable[[LaneKey], Awaitable[int]],
        failed: Callable[[LaneKey, Exception], None],
        wake: Callable[[], None] = lambda: None,
        rest: Backoff = _REST,
    ) -> None:
        self._due = due
        self._work = work
        self._failed = failed
        self._wake = wake
        self._rest = rest
        self._running: dict[LaneKey, asyncio.Task[int]] = {}
        self._failures: dict[LaneKey, int] = {}
        self._resting_until: dict[LaneKey, float] = {}

    async def __call__(self) -> int:
        """Start the due lanes that neither run nor rest; return their number."""
        now = asyncio.get_running_loop().time()
        ready = [lane for lane in await self._due() if self._is_ready(lane, now)]
        for lane in ready:
            self._running[lane] = asyncio.create_task(self._run(lane), name=f"lane {lane}")
        return len(ready)

    async def settle(self) -> int:
        """Wait until no lane runs; return the amount of work done meanwhile."""
        return sum(await asyncio.gather(*self._running.values()))

    async def close(self) -> None:
        """Let running lanes end within GRACE_S, and cancel the others."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await self.settle()

    def _is_ready(self, lane: LaneKey, now: float) -> bool:
        return lane not in self._running and self._resting_until.get(lane, 0.0) <= now

    async def _run(self, lane: LaneKey) -> int:
        total = 0
        try:
            while count := await self._work(lane):
                total += count
        except Exception as error:
            self._note_failure(lane, error)
        else:
            self._failures.pop(lane, None)
            self._resting_until.pop(lane, None)
        finally:
            del self._running[lane]
        if total:
            self._wake()
        return total

    def _note_failure(self, lane: LaneKey, error: Exception) -> None:
        self._failures[lane] = self._failures.get(lane, 0) + 1
        wait = self._rest.wait_s(self._failures[lane])
        self._resting_until[lane] = asyncio.get_running_loop().time() + wait
        self._failed(lane, error)
