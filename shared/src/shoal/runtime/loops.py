"""Repeated background work: one pass after another, at once when woken, later after a failure."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from shoal.backoff import Backoff
from shoal.clock import utc_now
from shoal.messaging.errors import is_transient
from shoal.observability.passes import Passes
from shoal.progress import progress_of

_BACKOFF = Backoff(first_s=1.0, longest_s=10.0)


@dataclass(slots=True, kw_only=True)
class Loop:
    """Runs `step` every `interval_s` seconds, and at once when `wake` is called.

    `step` returns how many items it processed. With `drain`, the next pass follows without a pause if there
    were any. A pass that raises is logged, counted and repeated after `backoff`; it never ends the service.
    A pass without progress for `longest_s` seconds, by default SHOAL_STUCK_S, is stuck, which only a restart
    ends. `describe` returns what operators should know about its work, or an empty text: a note of /readyz.
    `close` follows the last pass.
    """

    name: str
    step: Callable[[], Awaitable[int]]
    interval_s: float
    drain: bool = False
    longest_s: float | None = None
    describe: Callable[[], str] = lambda: ""
    close: Callable[[], Awaitable[None]] | None = None
    backoff: Backoff = _BACKOFF
    clock: Callable[[], datetime] = utc_now
    running: bool = field(default=False, init=False)
    passes: Passes = field(init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)

    def __post_init__(self) -> None:
        self.passes = Passes(self.name, self.clock)

    def wake(self) -> None:
        """Start the next pass at once; this does not shorten a wait after a failure."""
        self._woken.set()

    def stop(self) -> None:
        """End `run` after the present pass."""
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
            if self.close is not None:
                await self.close()

    async def _try_pass(self) -> int:
        """Return how many items the pass processed; 0 if it failed."""
        self.passes.note_start()
        try:
            with progress_of(self.passes.progress):
                count = await self.step()
        except Exception as error:
            self.passes.note_failure(error, expected=is_transient(error))
            return 0
        self.passes.note_success()
        return count

    async def _pause(self, count: int) -> None:
        if failures := self.passes.failures:
            await _wait_for(self._stopping, self.backoff.wait_s(failures))
        elif not (self.drain and count):
            await _wait_for(self._woken, self.interval_s)


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
