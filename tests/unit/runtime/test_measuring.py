"""The loop that measures: one measure that fails or never ends does not stop the others."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from shoal.runtime import measuring
from shoal.runtime.measuring import measuring_loop


async def test_a_measure_that_fails_does_not_stop_the_others() -> None:
    ran: list[str] = []

    async def broken() -> None:
        ran.append("broken")
        raise ZeroDivisionError

    async def sound() -> None:
        ran.append("sound")

    loop = measuring_loop([broken, sound], interval_s=60)
    with pytest.raises(ZeroDivisionError) as raised:
        await loop.step()
    assert ran == ["broken", "sound"]
    assert "broken" in raised.value.__notes__[0]


async def test_a_measure_that_never_ends_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "LONGEST_S", 0.01)
    ran: list[str] = []

    async def endless() -> None:
        await asyncio.Event().wait()

    async def sound() -> None:
        ran.append("sound")

    with pytest.raises(TimeoutError):
        await measuring_loop([endless, sound], interval_s=60).step()
    assert ran == ["sound"]


async def test_a_pass_that_measured_everything_is_a_success() -> None:
    async def sound() -> None:
        return None

    loop = measuring_loop([sound], interval_s=60)
    task = asyncio.create_task(loop.run())
    async with asyncio.timeout(60):
        while loop.passes.last_success is None:
            await asyncio.sleep(0.005)
    loop.stop()
    await task
    name = "shoal_loop_success_timestamp_seconds"
    assert REGISTRY.get_sample_value(name, {"loop": "measure"}) == loop.passes.last_success.timestamp()
