"""Background work that never ends: one pass after the other, sooner when woken, slower after a failure."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from shoal.observability import metrics
from shoal.observability.logs import get_logger

log = get_logger(__name__)
LONGEST_PAUSE_S = 30.0


@dataclass(slots=True)
class Loop:
    """`step` returns how much it did; after nothing it pauses `pause_s`, or until `wake`."""

    name: str
    step: Callable[[], Awaitable[int]]
    pause_s: float
    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Have the next pass begin at once."""
        self._event.set()

    async def run(self) -> None:
        """Run until cancelled; a failed pass is logged and tried again, never the end of the service."""
        failures = 0
        while True:
            self._event.clear()
            try:
                done = await self.step()
                failures = 0
            except Exception as error:
                failures += 1
                done = 0
                metrics.LOOP_FAILURES.labels(self.name).inc()
                log.exception("background pass failed", loop=self.name, error=repr(error))
            if failures:
                await asyncio.sleep(min(LONGEST_PAUSE_S, self.pause_s * 2.0 ** min(failures, 10)))
            elif not done:
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.pause_s):
                await self._event.wait()
        except TimeoutError:
            pass  # nobody woke us: look anyway, another replica may have written something
