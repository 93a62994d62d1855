"""Lanes: work that goes on side by side, for example one lane for each provider."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import suppress
from typing import Generic, TypeVar

from shoal.backoff import Backoff

LaneKey = TypeVar("LaneKey", bound=Hashable)
GRACE_S = 2.0
LIMIT_S = 300.0
_REST = Backoff(first_s=1.0, longest_s=60.0)


class Lanes(Generic[LaneKey]):
    """Runs at most one asyncio task per lane. What a lane raises makes that lane rest, and no other.

    `due` returns the lanes with work. `work` does a part of a lane's work and returns its amount; it is
    called until that is 0. A call that takes longer than `limit_s` seconds is cancelled, which is an error of
    its lane. `failed` is told of errors, and `wake` is called after a lane that did something. `hung` is told
    at every pass how many lanes go on although their call was cancelled. `name` returns a lane's name.
    """

    def __init__(
        self,
        *,
        due: Callable[[], Awaitable[Iterable[LaneKey]]],
        work: Callable[[LaneKey], Awaitable[int]],
        failed: Callable[[LaneKey, Exception], None],
        wake: Callable[[], None] = lambda: None,
        hung: Callable[[int], None] = lambda _: None,
        rest: Backoff = _REST,
        limit_s: float = LIMIT_S,
        name: Callable[[LaneKey], str] = str,
    ) -> None:
        self._due = due
        self._work = work
        self._failed = failed
        self._wake = wake
        self._hung = hung
        self._rest = rest
        self._limit_s = limit_s
        self._name = name
        self._called_at: dict[LaneKey, float] = {}
        self._running: dict[LaneKey, asyncio.Task[int]] = {}
        self._failures: dict[LaneKey, int] = {}
        self._resting_until: dict[LaneKey, float] = {}

    async def __call__(self) -> int:
        """Start the due lanes that neither run nor rest; return their number."""
        now = asyncio.get_running_loop().time()
        self._hung(len(self._hung_lanes()))
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

    def describe_hung(self) -> str:
        """Return which lanes go on although their call was cancelled, or an empty text."""
        lanes = self._hung_lanes()
        return f"hung in a call: {', '.join(sorted(map(self._name, lanes)))}" if lanes else ""

    def _hung_lanes(self) -> list[LaneKey]:
        latest = asyncio.get_running_loop().time() - self._limit_s - GRACE_S
        return [lane for lane, called_at in self._called_at.items() if called_at < latest]

    def _is_ready(self, lane: LaneKey, now: float) -> bool:
        return lane not in self._running and self._resting_until.get(lane, 0.0) <= now

    async def _run(self, lane: LaneKey) -> int:
        total = 0
        try:
            while count := await self._call(lane):
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

    async def _call(self, lane: LaneKey) -> int:
        """Do a part of a lane's work. Raises TimeoutError after the limit."""
        self._called_at[lane] = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._limit_s):
                return await self._work(lane)
        finally:
            del self._called_at[lane]

    def _note_failure(self, lane: LaneKey, error: Exception) -> None:
        self._failures[lane] = self._failures.get(lane, 0) + 1
        wait = self._rest.wait_s(self._failures[lane])
        self._resting_until[lane] = asyncio.get_running_loop().time() + wait
        self._failed(lane, error)
