"""Shoal under load with a Prometheus beside it, for a while."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from boards.live.answers import Answers, has_values
from boards.live.load import SETTINGS, running_operation
from boards.live.prometheus import Prometheus, Span, running_prometheus
from deploy.promkit import rule_files
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

SLOWEST = "shoal_qa_certified_precision_ratio"
"""What comes last: a certificate needs votes on most gold items."""
LONGEST_WAIT_S = 180.0
POINTS = 100
"""Points of a line over the time range."""


@contextmanager
def answers_under_load(seconds: float) -> Iterator[Answers]:
    """Run an operation for `seconds`, stop it, and yield what Prometheus knows about that time."""
    with ExitStack() as running:
        stack = running.enter_context(Stack())
        shoal = running.enter_context(LocalShoal(stack, environment=SETTINGS))
        folder = stack.path / "prometheus"
        prometheus = running.enter_context(running_prometheus(folder, shoal.admin_urls, rule_files()))
        start = time.time()
        end = asyncio.run(_work_for(seconds, shoal, stack, prometheus))
        assert shoal.dead() == [], [shoal.tail(name) for name in shoal.dead()]
        span = Span(start, end, max(1.0, (end - start) // POINTS))
        assert prometheus.silent_targets(span) == []
        yield Answers(prometheus, span)


async def _work_for(seconds: float, shoal: LocalShoal, stack: Stack, prometheus: Prometheus) -> float:
    """Return the moment at which there was a certificate: the next votes on gold may end it again."""
    async with running_operation(shoal, stack):
        await asyncio.sleep(seconds)
        async with asyncio.timeout(LONGEST_WAIT_S):
            while not has_values(prometheus.at(SLOWEST, moment := time.time())):
                await asyncio.sleep(2)
    return moment
