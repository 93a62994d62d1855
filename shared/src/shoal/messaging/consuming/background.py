"""Background work of a connection: it is restarted when it ends, and readiness says so."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from shoal.backoff import Backoff
from shoal.messaging.consuming.health import Health

_BACKOFF = Backoff(first_s=1.0, longest_s=30.0)
_SHOWN_S = 30.0  # how long a failure stays in the health report after the restart
_log = structlog.get_logger("shoal.messaging")


class Background:
    """Runs `work`, which should never end, again and again with growing waits."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]], backoff: Backoff = _BACKOFF) -> None:
        self._name = f"background:{name}"
        self._work = work
        self._backoff = backoff
        self._failed_at = float("-inf")
        self._error = ""

    async def run(self) -> None:
        """Run until cancelled."""
        failures = 0
        while True:
            started = time.monotonic()
            try:
                await self._work()
                self._error = "it ended"
            except Exception as error:
                self._error = repr(error)
            self._failed_at = time.monotonic()
            failures = failures + 1 if self._failed_at - started < _SHOWN_S else 1
            _log.error("background_ended", name=self._name, error=self._error)
            await asyncio.sleep(self._backoff.wait_s(failures))

    def faults(self) -> list[Health]:
        """Return why the service is not ready: the work ended a moment ago."""
        if time.monotonic() - self._failed_at >= _SHOWN_S:
            return []
        return [Health(self._name, alive=True, ready=False, detail=f"ended and was restarted: {self._error}")]
