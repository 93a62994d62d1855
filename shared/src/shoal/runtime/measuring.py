"""Gauges that are read from a database or another server: every few seconds, by one loop of a service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from shoal.backoff import Backoff
from shoal.runtime.loops import Loop

Measure = Callable[[], Awaitable[None]]
"""Reads numbers with one or two cheap statements and sets gauges."""

LONGEST_S = 30.0
"""Time for one measure."""


def measuring_loop(measures: Sequence[Measure], interval_s: float) -> Loop:
    """Return the loop `measure`, whose passes run every measure, also after one that fails."""

    async def step() -> int:
        failures = [error for measure in measures if (error := await _try_measure(measure))]
        if failures:
            raise failures[0]
        return len(measures)

    backoff = Backoff(first_s=interval_s, longest_s=4 * interval_s)
    return Loop(name="measure", step=step, interval_s=interval_s, backoff=backoff)


async def _try_measure(measure: Measure) -> Exception | None:
    try:
        async with asyncio.timeout(LONGEST_S):
            await measure()
    except Exception as error:
        error.add_note(f"while measuring {getattr(measure, '__qualname__', type(measure).__name__)}")
        return error
    return None
