"""Lanes: one that hangs ends nobody else's work, and is known."""

import asyncio
from contextlib import suppress

import pytest

from shoal.backoff import Backoff
from shoal_gateway.usecases import lanes as module
from shoal_gateway.usecases.lanes import Lanes

SHORT = Backoff(first_s=0.01, longest_s=0.01)
LIMIT_S = 0.05


class Vendors:
    """Work of two vendors. The slow one's first call waits for `goes_on`; it may ignore its cancellation."""

    def __init__(self, *, ignores: bool = False) -> None:
        self.calls = {"slow": 0, "quick": 0}
        self.failures: list[tuple[str, type[Exception]]] = []
        self.hung: list[int] = []
        self.goes_on = asyncio.Event()
        self.ignores = ignores
        self.lanes = Lanes(
            due=self._due,
            work=self._work,
            failed=lambda lane, error: self.failures.append((lane, type(error))),
            hung=self.hung.append,
            rest=SHORT,
            limit_s=LIMIT_S,
        )

    async def _due(self) -> list[str]:
        return list(self.calls)

    async def _work(self, lane: str) -> int:
        self.calls[lane] += 1
        if lane == "slow" and self.calls[lane] == 1:
            await self._hang()
        return 0

    async def _hang(self) -> None:
        if not self.ignores:
            await self.goes_on.wait()
        while not self.goes_on.is_set():
            with suppress(asyncio.CancelledError):
                await self.goes_on.wait()

    async def passes(self, count: int) -> None:
        """Let the loop take a number of passes."""
        for _ in range(count):
            await self.lanes()
            await asyncio.sleep(0.02)


async def test_a_call_beyond_its_limit_is_cancelled_and_made_again() -> None:
    vendors = Vendors()
    await vendors.passes(12)
    assert vendors.failures == [("slow", TimeoutError)]
    assert vendors.calls["slow"] > 1
    assert vendors.calls["quick"] == 12
    assert vendors.lanes.describe_hung() == ""


async def test_a_call_that_cannot_be_cancelled_is_reported_until_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GRACE_S", 0.05)
    vendors = Vendors(ignores=True)
    await vendors.passes(12)
    assert vendors.lanes.describe_hung() == "hung in a call: slow"
    assert (vendors.hung[0], vendors.hung[-1]) == (0, 1)
    assert vendors.calls == {"slow": 1, "quick": 12}
    vendors.goes_on.set()
    await vendors.passes(4)
    assert vendors.lanes.describe_hung() == ""
    assert vendors.hung[-1] == 0
    assert vendors.calls["slow"] > 1


async def test_a_lane_whose_task_was_cancelled_begins_again() -> None:
    vendors = Vendors()
    await vendors.lanes()
    await asyncio.sleep(0)
    (task,) = [task for task in asyncio.all_tasks() if task.get_name() == "lane slow"]
    task.cancel()
    await vendors.passes(2)
    assert vendors.calls["slow"] > 1
