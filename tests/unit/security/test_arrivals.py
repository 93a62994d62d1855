"""Requests wait for what is on its way, within limits that no caller can raise."""

import asyncio
import time
from datetime import UTC, datetime

from shoal.contracts.projects import ApiKey, ProjectChanged
from shoal.security import ProjectDirectory, hash_key, new_key
from shoal.security.arrivals import Arrivals

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_name_that_arrives_during_the_wait_is_answered_at_once() -> None:
    arrivals, names = Arrivals(wait_s=300), set[str]()

    def arrive() -> None:
        names.add("news")
        arrivals.note(["news"])

    asyncio.get_running_loop().call_later(0.05, arrive)
    began = time.monotonic()
    assert await arrivals.find("news", lambda: "news" if "news" in names else None) == "news"
    assert time.monotonic() - began < 60


async def test_a_name_that_never_comes_is_waited_for_once_and_then_briefly() -> None:
    arrivals = Arrivals(wait_s=0.3, again_s=0.01)
    began = time.monotonic()
    assert await arrivals.find("nws", lambda: None) is None
    assert time.monotonic() - began >= 0.3
    arrivals.wait_s = 1000.0
    async with asyncio.timeout(60):
        assert await arrivals.find("nws", lambda: None) is None


async def test_a_late_name_has_its_whole_wait_again_after_it_came() -> None:
    arrivals = Arrivals(wait_s=0.2, again_s=0.0)
    await arrivals.find("news", lambda: None)
    arrivals.note(["news"])
    began = time.monotonic()
    await arrivals.find("news", lambda: None)
    assert time.monotonic() - began >= 0.2


async def test_beyond_the_most_waiters_a_name_is_answered_at_once() -> None:
    arrivals = Arrivals(wait_s=300, most_waiters=3)
    waits = [asyncio.create_task(arrivals.find(f"n{number}", lambda: None)) for number in range(3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        assert await arrivals.find("n4", lambda: None) is None
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    arrivals.wait_s = 0.01
    assert await arrivals.find("n5", lambda: None) is None  # cancelled waits make room
    assert arrivals._waiters == {}


async def test_the_memory_of_absent_names_is_bounded() -> None:
    arrivals = Arrivals(wait_s=0.0, most_remembered=5)
    for number in range(50):
        await arrivals.find(f"n{number}", lambda: None)
    assert list(arrivals._absent) == [f"n{number}" for number in range(45, 50)]


async def test_a_project_and_its_key_are_waited_for_while_the_directory_follows_the_topic() -> None:
    directory, key = ProjectDirectory(), new_key()
    assert await directory.find("news") is None  # it follows nothing yet: an answer at once
    directory.broadcast.mark_caught_up()
    stored = ApiKey(key_id="k", sha256=hash_key(key), roles=("producer",))
    event = ProjectChanged(project="news", keys=(stored,), changed_at=MOMENT)
    asyncio.get_running_loop().call_later(0.05, directory.put, event)
    info, grant = await asyncio.gather(directory.find("news"), directory.find_grant(hash_key(key)))
    assert info is not None
    assert grant == ("news", frozenset({"producer"}), None)
    directory.put(event.model_copy(update={"keys": (), "changed_at": MOMENT.replace(year=2027)}))
    async with asyncio.timeout(1):
        assert await directory.find_grant(hash_key(key)) is None  # a revoked key is not on its way
