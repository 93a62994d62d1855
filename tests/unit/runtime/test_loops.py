"""Background loops: intervals, wakes, failures with their waits, and an end after the pass under way."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shoal.backoff import Backoff
from shoal.runtime import Loop

LONG_S = 1000.0
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Work:
    """Counts passes; `results` are what they return or raise, the last one for ever."""

    def __init__(self, *results: int | Exception) -> None:
        self.results, self.passes, self.changed = results, 0, asyncio.Event()

    async def __call__(self) -> int:
        result = self.results[min(self.passes, len(self.results) - 1)]
        self.passes += 1
        self.changed.set()
        await asyncio.sleep(0)
        if isinstance(result, Exception):
            raise result
        return result

    async def reaches(self, passes: int) -> None:
        async with asyncio.timeout(60):
            while self.passes < passes:
                self.changed.clear()
                await self.changed.wait()


def loop(step: Callable[[], Awaitable[int]], interval_s: float = LONG_S, **rest: Any) -> Loop:
    rest.setdefault("name", "test")
    return Loop(step=step, interval_s=interval_s, clock=lambda: NOON, **rest)


@asynccontextmanager
async def running(subject: Loop) -> Any:
    task = asyncio.create_task(subject.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_passes_follow_each_other_after_the_interval() -> None:
    work = Work(1)
    async with running(loop(work, interval_s=0.001)):
        await work.reaches(5)


async def test_a_pass_with_nothing_to_do_is_followed_by_a_pause_until_a_wake() -> None:
    work = Work(0)
    subject = loop(work, drain=True)
    async with running(subject):
        await work.reaches(1)
        await settle()
        assert work.passes == 1
        subject.wake()
        await work.reaches(2)


async def test_a_draining_loop_goes_on_at_once_while_there_is_something_to_do() -> None:
    work = Work(3, 2, 1, 0)
    async with running(loop(work, drain=True)):
        await work.reaches(4)
        await settle()
        assert work.passes == 4


async def test_a_loop_that_does_not_drain_pauses_after_work_as_well() -> None:
    work = Work(3)
    async with running(loop(work)):
        await work.reaches(1)
        await settle()
        assert work.passes == 1


async def test_a_wake_during_a_pass_begins_another() -> None:
    subject: Loop

    async def step() -> int:
        if work.passes == 0:
            subject.wake()
        return await work()

    work = Work(0)
    subject = loop(step)
    async with running(subject):
        await work.reaches(2)
        await settle()
        assert work.passes == 2


async def test_a_failure_is_counted_and_tried_again_after_the_backoff() -> None:
    before = REGISTRY.get_sample_value("shoal_loop_failures_total", {"loop": "failing"}) or 0
    work = Work(OSError("away"), OSError("away"), 0)
    subject = loop(work, name="failing", backoff=Backoff(0.001, 0.002))
    async with running(subject):
        await work.reaches(2)
        assert subject.passes.last_success is None
        await work.reaches(3)
        await settle()
    assert REGISTRY.get_sample_value("shoal_loop_failures_total", {"loop": "failing"}) == before + 2
    assert (subject.passes.failures, subject.passes.last_success) == (0, NOON)
    success = REGISTRY.get_sample_value("shoal_loop_success_timestamp_seconds", {"loop": "failing"})
    assert success == NOON.timestamp()


async def test_a_wake_does_not_shorten_the_wait_after_a_failure() -> None:
    work = Work(OSError("away"))
    subject = loop(work, interval_s=0.0, backoff=Backoff(LONG_S, LONG_S))
    async with running(subject):
        await work.reaches(1)
        await settle()
        subject.wake()
        await settle()
        assert (work.passes, subject.passes.failures) == (1, 1)


async def test_a_stop_lets_the_pass_under_way_end_and_begins_no_other() -> None:
    ended = []

    async def step() -> int:
        subject.stop()
        await settle()
        ended.append(True)
        return 1

    subject = loop(step, interval_s=0.0, drain=True)
    await asyncio.wait_for(subject.run(), 60)
    assert ended == [True]


@pytest.mark.parametrize("result", [0, OSError("away")])
async def test_a_stop_ends_a_pause_and_a_wait_after_a_failure(result: int | Exception) -> None:
    work = Work(result)
    subject = loop(work, backoff=Backoff(LONG_S, LONG_S))
    async with running(subject) as task:
        await work.reaches(1)
        await settle()
        assert subject.running
        subject.stop()
        await asyncio.wait_for(task, 60)
    assert not subject.running


@pytest.mark.parametrize("way", ["stop", "cancel"])
async def test_what_a_loop_holds_is_closed_once_after_the_last_pass(way: str) -> None:
    work, closed = Work(0), list[int]()

    async def close() -> None:
        closed.append(work.passes)

    loop = Loop(name="test", step=work, interval_s=LONG_S, close=close)
    task = asyncio.create_task(loop.run())
    await work.reaches(1)
    assert closed == []
    loop.stop() if way == "stop" else task.cancel()
    await asyncio.wait([task], timeout=60)
    assert task.done()
    assert closed == [1]
