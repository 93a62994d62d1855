"""Cancellation and erasure on a real PostgreSQL, concurrent with everything else."""

import asyncio
import random

import pytest

from adapters.gateway.gatewaykit import Crowd, Gateway, answer, job, request
from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from adapters.gateway.typekit import SCHEMAS
from shoal.contracts.samples import SampleErased
from shoal_gateway.domain.votes import apply_request
from shoal_gateway.usecases.jobs.planning import withdraw_tasks
from shoal_gateway.usecases.translate import to_job, to_request

pytestmark = pytest.mark.servers
TASKS = "SELECT job_id, attempt, votes, answers, state FROM tasks WHERE lane = 'label' ORDER BY 1, 2"


def erased(number: int) -> SampleErased:
    return SampleErased(project="news", sample_id=f"s{number}", reason="asked", erased_at=job(1).requested_at)


async def test_a_skip_during_a_cancellation_adds_no_votes(gateway: Gateway, crowd: Crowd) -> None:
    gateway.crowd.capabilities = Crowd(replaces_skips=False).capabilities
    await gateway.create([job(1)])
    await gateway.send_all()
    skip = answer(await gateway.task_of("j1"), "ann", None, 1, "skipped")
    async with gateway.database.transaction() as tx:
        jobs = await tx.jobs.lock(["j1"])
        tasks = await tx.tasks.of_jobs(["j1"])
        late = asyncio.create_task(gateway.take_in(skip))
        await asyncio.sleep(0.3)
        assert not late.done()
        effect = apply_request(jobs["j1"].demand, to_request(request(1, "cancel", 1)))
        await tx.jobs.save_demand("j1", effect.demand)
        await withdraw_tasks(tx, jobs["j1"], tasks["j1"], finished_too=False)
    assert await late == [skip]
    assert await gateway.rows(TASKS) == [("j1", 1, 2, 0, "cancelled")]


async def test_a_cancelled_task_keeps_the_answers_that_come_late(gateway: Gateway, crowd: Crowd) -> None:
    await gateway.create([job(1, votes=2)])
    await gateway.send_all()
    task = await gateway.task_of("j1")
    await gateway.requests([request(1, "cancel", 1)])
    await gateway.take_in(answer(task, "ann", "x"))
    assert await gateway.rows(TASKS) == [("j1", 1, 2, 1, "cancelled")]
    await gateway.requests([request(1, "more", 2, votes=3)])
    assert (await gateway.rows(TASKS))[1] == ("j1", 2, 2, 0, "planned")
    await gateway.send_all()
    assert [call[0] for call in crowd.calls] == ["upsert", "cancel", "upsert"]


async def test_an_erased_sample_is_removed_here_and_at_the_vendor(gateway: Gateway, crowd: Crowd) -> None:
    await gateway.create([job(1), job(2), job(3, provider="inhouse")])
    await gateway.send_all()
    await gateway.erase([erased(1), erased(3)])
    await gateway.erase([erased(3), erased(1)])
    await gateway.send_all()
    assert await gateway.rows("SELECT job_id FROM jobs WHERE content IS NOT NULL") == [("j2",)]
    assert await gateway.rows("SELECT datum, open FROM queue") == [(None, False)]
    task = await gateway.task_of("j1")
    assert [call for call in crowd.calls if call[0] == "cancel"] == [("cancel", task, 0)]
    assert await gateway.take_in(answer(task, "ann", "x")) == []
    assert await gateway.rows("SELECT reason FROM refused_annotations") == [("sample_erased",)]


async def test_a_job_after_the_erasure_is_not_stored(gateway: Gateway) -> None:
    await gateway.erase([erased(1)])
    await gateway.create([job(1), job(2)])
    assert await gateway.rows("SELECT job_id FROM jobs") == [("j2",)]


async def test_an_erasure_waits_for_an_uncommitted_job_and_blanks_its_text(gateway: Gateway) -> None:
    async with gateway.database.transaction() as tx:
        assert await tx.samples.erased_among({("news", "s1")}) == set()
        await tx.jobs.add([to_job(job(1), "crowd")])
        erasing = asyncio.create_task(gateway.erase([erased(1)]))
        await asyncio.sleep(0.3)
        assert not erasing.done()
    await erasing
    assert await gateway.rows("SELECT content, erased, closed FROM jobs") == [(None, True, True)]


async def test_concurrent_erasures_jobs_requests_and_answers_do_not_deadlock(gateway: Gateway) -> None:
    chance = random.Random(7)
    numbers = list(range(20))
    await gateway.create([job(number) for number in numbers])
    await gateway.send_all()
    tasks = {number: await gateway.task_of(f"j{number}") for number in numbers}

    def shuffled() -> list[int]:
        return chance.sample(numbers, len(numbers))

    for round_ in range(1, 6):
        await asyncio.gather(
            gateway.create([job(number, votes=3) for number in shuffled()]),
            gateway.requests([request(number, "more", round_, votes=3) for number in shuffled()]),
            gateway.take_in(*(answer(tasks[n], f"p{round_}", "x") for n in shuffled())),
            gateway.take_in(*(answer(tasks[n], f"p{round_}", "x") for n in shuffled())),
            gateway.erase([erased(number) for number in shuffled()[:4]]),
            gateway.erase([erased(number) for number in shuffled()[:4]]),
            gateway.send_all(),
        )
    left = "SELECT count(*) FROM jobs WHERE erased AND (content IS NOT NULL OR NOT closed)"
    assert await gateway.rows(left) == [(0,)]


async def test_erasure_leaves_no_words_of_an_answer_behind(migrated_dsn: str) -> None:
    async with running_gateway(migrated_dsn) as gateway:
        gateway.project("news", SCHEMAS["text"])
        job_id = await gateway.job("news", 1, "inhouse", votes=2)
        await wait_until(lambda: has_rows(gateway, "SELECT count(*) FROM queue"), "the task is in the queue")
        body = {"annotator": "ann", "answer": {"kind": "text", "text": "Ada Lovelace called"}}
        task = await gateway.task_of(job_id)
        answer = await gateway.http.post(f"/v1/tasks/{task}/annotations", json=body)
        assert answer.status_code < 300, answer.text
        words = "SELECT count(*) FROM annotations WHERE label LIKE '%Ada%'"
        assert await gateway.count(words) == 1
        await gateway.erase("news", job_id)
        assert await gateway.count(words) == 0
        assert await gateway.count("SELECT count(*) FROM annotations") == 1


async def has_rows(gateway: RunningGateway, query: str) -> bool:
    return await gateway.count(query) > 0
