"""Outages are waited for, for a bounded time, and a stop ends the wait."""

import asyncio

import pytest

from shoal.messaging import RetryPolicy, Transient
from shoal.messaging.consuming.retrying import Retrier
from shoal.messaging.errors import Stopping

QUICK = RetryPolicy(first_wait_s=0.001, longest_wait_s=0.01, outage_budget_s=0.25)


class Work:
    def __init__(self, failures: int, error: Exception) -> None:
        self.failures, self.error, self.calls = failures, error, 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return "done"


async def test_it_returns_when_the_outage_ends() -> None:
    noted: list[BaseException] = []
    work = Work(3, Transient("away"))
    assert await Retrier(RetryPolicy(0.001, 0.01), noted.append).run(work) == "done"
    assert noted == [work.error] * 3


async def test_the_budget_ends_and_the_outage_is_raised() -> None:
    work = Work(10**9, Transient("away"))
    with pytest.raises(Transient, match="away"):
        await Retrier(QUICK, lambda error: None).run(work)
    assert work.calls > 1


async def test_other_errors_are_not_retried() -> None:
    work = Work(1, ValueError())
    with pytest.raises(ValueError):
        await Retrier(QUICK, lambda error: None).run(work)
    assert work.calls == 1


async def test_a_stop_ends_a_long_wait() -> None:
    retrier = Retrier(
        RetryPolicy(first_wait_s=1000, longest_wait_s=1000, outage_budget_s=9999), lambda error: None
    )
    waiting = asyncio.create_task(retrier.run(Work(10, TimeoutError())))
    await asyncio.sleep(0)
    retrier.stop()
    with pytest.raises(Stopping):
        await waiting


def test_waits_grow_to_a_bound() -> None:
    retrier = Retrier(RetryPolicy(first_wait_s=1, longest_wait_s=8), lambda error: None)
    for failures, longest in ((1, 1), (2, 2), (3, 4), (4, 8), (50, 8), (10_000, 8)):
        assert longest / 2 <= retrier.wait_s(failures) <= longest
