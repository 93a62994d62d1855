"""Wait for servers when a service starts: an outage makes it wait, and must not make it end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from shoal.backoff import Backoff
from shoal.messaging.errors import action_after, is_transient
from shoal.outages import Action

T = TypeVar("T")
_BACKOFF = Backoff(first_s=0.5, longest_s=5.0)
_log = structlog.get_logger("shoal.runtime")


@dataclass(slots=True)
class Starting:
    """What a service waits for until it has started."""

    waits_for: str = "its settings"

    async def repeat(self, waits_for: str, work: Callable[[], Awaitable[T]]) -> T:
        """Return the result of `work`; after the error of an outage, try again until it is over."""
        self.waits_for = waits_for
        failures = 0
        while True:
            try:
                return await work()
            except Exception as error:
                if not is_transient(error):
                    raise
                failures += 1
                self._note(error)
            await asyncio.sleep(_BACKOFF.wait_s(failures))

    def _note(self, error: Exception) -> None:
        reason = str(error) or repr(error)
        if reason != self.waits_for:
            report = _log.error if action_after(error) is Action.HALT else _log.warning
            report("start_waits", reason=reason)
        self.waits_for = reason
