"""The gateway was restored to an earlier moment: what Kafka has comes back, and is not asked again."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.gateway.gatewaykit import CROWD, Gateway, answer, job, request
from adapters.gateway.test_queue import take
from pastkit import FakeHistory, go_back, remember
from shoal.contracts.samples import SampleErased
from shoal.contracts.topics import LABELING_JOBS, SAMPLES_ERASED, VOTES_REQUESTED
from shoal_gateway.recovering import recover_tables
from shoal_gateway.usecases.inhouse.annotate import Submission

pytestmark = pytest.mark.servers
TASKS = """
SELECT external_id, lane, attempt, votes, answers, skips, repeats, state FROM tasks ORDER BY 1
"""
ANNOTATIONS = """
SELECT provider, annotation_id, revision, external_id, annotator, action, label, reason, code, kind, price,
       submitted_at, duration_s FROM annotations WHERE NOT surplus ORDER BY 1, 2, 3
"""
QUEUE = "SELECT external_id, votes, answered FROM queue ORDER BY 1"
HOLDS = """
SELECT external_id, annotator, holding, revision FROM assignments WHERE holding <> 'leased' ORDER BY 1, 2
"""
DEMANDS = "SELECT job_id, votes, last_round, closed, erased FROM jobs ORDER BY 1"
STATE = (TASKS, ANNOTATIONS, QUEUE, HOLDS, DEMANDS)
COSTS = "SELECT provider, round(sum(cost)::numeric, 6) FROM cost_changes GROUP BY 1 ORDER BY 1"


async def create(gateway: Gateway, history: FakeHistory, *jobs: Any) -> None:
    """Create jobs that are on the topic."""
    history.add(LABELING_JOBS, jobs)
    await gateway.create(jobs)
    await gateway.send_all()


async def ask(gateway: Gateway, history: FakeHistory, *requests: Any) -> None:
    """Make requests that are on the topic."""
    await history.add_announced(gateway.pool)
    history.add(VOTES_REQUESTED, requests)
    await gateway.requests(requests)
    await gateway.send_all()


async def submit(gateway: Gateway, who: str, label: str | None) -> str:
    """Let an annotator answer or skip the next task; return its id."""
    task = await take(gateway, who)
    assert task is not None
    reason = "" if label else "cannot read it"
    await gateway.annotate.answer(Submission(external_id=task, annotator=who, label=label, reason=reason))
    return task


async def in_house_work(gateway: Gateway, history: FakeHistory) -> None:
    """Answer, change, take back and skip tasks of the in-house queue, and have a review."""
    await create(gateway, history, *(job(n, votes=1, provider="inhouse") for n in range(10, 16)))
    task = await submit(gateway, "ann", "x")
    await gateway.annotate.answer(Submission(external_id=task, annotator="ann", label="y"))
    second = await submit(gateway, "ann", "x")
    identifier = (await gateway.rows("SELECT annotation_id FROM annotations WHERE external_id = $1", second))[
        0
    ]
    await gateway.annotate.take_back(second, "ann", str(identifier[0]))
    await submit(gateway, "bob", None)
    await submit(gateway, "bob", "y")
    await ask(gateway, history, request(15, "review", 1))


async def vendor_work(gateway: Gateway, history: FakeHistory) -> None:
    """Let the crowd answer, one answer too many, which counts later; cancel a task and reopen it."""
    await create(gateway, history, job(1), job(2), job(3))
    task = await gateway.task_of("j1")
    await gateway.take_in(*(answer(task, who, "x") for who in "abc"))
    await ask(gateway, history, request(1, "more", 1, votes=3))
    await gateway.take_in(answer(await gateway.task_of("j2"), "a", "x"))
    await ask(gateway, history, request(2, "cancel", 1, votes=1))
    await ask(gateway, history, request(2, "more", 2, votes=2))
    await gateway.take_in(answer(await gateway.task_of("j2", 2), "b", "y"))


async def present_state(gateway: Gateway) -> list[list[tuple[Any, ...]]]:
    """Return what matters of every table, once all calls are made."""
    await gateway.send_all()
    return [await gateway.rows(sql) for sql in STATE]


async def test_everything_after_the_moment_comes_back(gateway: Gateway) -> None:
    await gateway.configs.put(replace(CROWD, kind="generic", base_url="https://crowd.example"))
    history = FakeHistory()
    await create(gateway, history, job(0))
    await gateway.take_in(answer(await gateway.task_of("j0"), "a", "x"))
    await history.add_announced(gateway.pool)
    await remember(gateway.pool)
    await gateway.take_in(answer(await gateway.task_of("j0"), "b", "y"))
    await in_house_work(gateway, history)
    await vendor_work(gateway, history)
    await history.add_announced(gateway.pool)
    before, costs = await present_state(gateway), await gateway.rows(COSTS)
    await go_back(gateway.pool)
    counts = await recover_tables(gateway.pool, history)
    assert counts["annotations"] > 10
    assert await present_state(gateway) == before
    assert await gateway.rows(COSTS) == costs
    assert await gateway.rows("SELECT count(*) FROM outbox") == [(0,)]  # Kafka has all of it
    again = await recover_tables(gateway.pool, history)
    assert again["annotations"] == 0
    assert await present_state(gateway) == before


async def test_a_sample_that_was_erased_after_the_moment_is_erased_again(gateway: Gateway) -> None:
    history = FakeHistory()
    await remember(gateway.pool)
    await create(gateway, history, job(1, votes=1, provider="inhouse"))
    await submit(gateway, "ann", None)
    erased = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=job(1).requested_at)
    history.add(SAMPLES_ERASED, [erased])
    await gateway.erase([erased])
    await history.add_announced(gateway.pool)
    await go_back(gateway.pool)
    await recover_tables(gateway.pool, history)
    await gateway.send_all()
    assert await gateway.rows("SELECT content, erased, closed FROM jobs") == [(None, True, True)]
    assert await gateway.rows("SELECT reason FROM annotations") == [("",)]
    assert await take(gateway, "bob") is None
