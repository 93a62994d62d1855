"""Background work that repeats: one pass after another, sooner when woken, later after a failure."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from shoal.backoff import Backoff
from shoal.clock import utc_now
from shoal.observability import metrics

_log = structlog.get_logger("shoal.runtime")
_BACKOFF = Backoff(first_s=1.0, longest_s=30.0)


@dataclass(slots=True, kw_only=True)
class Loop:
    """Runs `step` every `interval_s` seconds, and once more at once when `wake` is called.

    `step` returns how many things it did. With `drain` a pass that did some is followed by the next without a
    pause. A pass that raises is logged, counted and tried again after `backoff`; it never ends the service.
    """

    name: str
    step: Callable[[], Awaitable[int]]
    interval_s: float
    drain: bool = False
    backoff: Backoff = _BACKOFF
    clock: Callable[[], datetime] = utc_now
    running: bool = field(default=False, init=False)
    failures: int = field(default=0, init=False)
    """Failed passes since the last success."""
    last_success: datetime | None = field(default=None, init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)

    def wake(self) -> None:
        """Begin the next pass at once; a wait after a failure is not shortened."""
        self._woken.set()

    def stop(self) -> None:
        """End `run` after the pass under way."""
        self._stopping.set()
        self._woken.set()

    async def run(self) -> None:
        """Run until stopped or cancelled."""
        self.running = True
        try:
            while not self._stopping.is_set():
                self._woken.clear()
                await self._pause(await self._try_pass())
        finally:
            self.running = False

    async def _try_pass(self) -> int:
        """Return how many things the pass did; 0 when it failed."""
        try:
            count = await self.step()
        except Exception as error:
            self._note_failure(error)
            return 0
        if self.failures:
            _log.info("background_pass_recovered", loop=self.name, failures=self.failures)
        self.failures, self.last_success = 0, self.clock()
        metrics.LOOP_SUCCESS.labels(self.name).set(self.last_success.timestamp())
        return count

    def _note_failure(self, error: Exception) -> None:
        self.failures += 1
        metrics.LOOP_FAILURES.labels(self.name).inc()
        # The first failure shows where it happened; an outage repeats it, so the rest take one line each.
        _log.warning(
            "background_pass_failed",
            loop=self.name,
            failures=self.failures,
            error=repr(error),
            exc_info=self.failures == 1,
        )

    async def _pause(self, count: int) -> None:
        if self.failures:
            await _wait(self._stopping, self.backoff.wait_s(self.failures))
        elif not (self.drain and count):
            await _wait(self._woken, self.interval_s)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
