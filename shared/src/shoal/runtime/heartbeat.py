"""Measure how late the event loop wakes up."""

import asyncio

from shoal.observability import metrics

INTERVAL_S = 0.5


async def watch_event_loop() -> None:
    """Observe the delay of short sleeps, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + INTERVAL_S
        await asyncio.sleep(INTERVAL_S)
        metrics.EVENT_LOOP_LAG.observe(max(0.0, loop.time() - due))
