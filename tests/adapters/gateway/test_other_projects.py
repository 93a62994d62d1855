"""Two projects that use the same ids and providers' names, on a real PostgreSQL."""

import asyncio
from dataclasses import replace
from typing import TypeVar

import pytest

from adapters.gateway.gatewaykit import CROWD, GUIDELINE, Gateway, answer, job, request
from shoal.contracts.labels import LabelingJob, VotesRequested
from shoal.runtime.refusal import Refused
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.tasks import Lane

pytestmark = pytest.mark.servers
E = TypeVar("E", LabelingJob, VotesRequested)
SHOP = replace(CROWD, project="shop")
VOTES = "SELECT project, votes, max_votes FROM jobs ORDER BY 1"


def of_shop(event: E) -> E:
    """Return the same event of the other project."""
    return event.model_copy(update={"project": "shop"})


async def add_shop(gateway: Gateway) -> None:
    await gateway.configs.put(SHOP)
    gateway.guidelines.announce(replace(GUIDELINE, project="shop"))


async def poll_shop(gateway: Gateway, *items: Annotation) -> list[Annotation]:
    async with gateway.database.transaction() as tx:
        return [item.annotation for item in await gateway.record(tx, SHOP, items, "poll")]


async def test_a_job_cannot_raise_the_votes_of_another_projects_job(gateway: Gateway) -> None:
    await add_shop(gateway)
    await gateway.create([job(1)])
    rejected = await gateway.create([of_shop(job(1, votes=50, max_votes=50)), of_shop(job(2)), job(1)])
    assert [(item.index, item.reason) for item in rejected] == [(0, "other_project")]
    assert "news" not in rejected[0].detail
    assert await gateway.rows(VOTES) == [("news", 2, 3), ("shop", 2, 3)]


@pytest.mark.parametrize("request_first", [True, False])
async def test_a_request_counts_for_its_own_project_only(gateway: Gateway, request_first: bool) -> None:
    await add_shop(gateway)
    foreign = [of_shop(request(1, "cancel", 9)), of_shop(request(1, "more", 1, votes=3))]
    if request_first:
        assert await gateway.requests(foreign) == []  # may be about a job that has not arrived
        await gateway.create([job(1)])
    else:
        await gateway.create([job(1)])
        rejected = await gateway.requests(foreign)
        assert [item.reason for item in rejected] == ["other_project", "other_project"]
    assert await gateway.rows("SELECT votes, closed FROM jobs") == [(2, False)]
    assert await gateway.requests.sweep() == 0
    assert await gateway.requests([request(1, "more", 1, votes=3)]) == []
    assert await gateway.rows("SELECT votes, closed FROM jobs") == [(3, False)]


async def test_a_request_that_an_earlier_release_stored_is_applied(gateway: Gateway) -> None:
    await gateway.pool.execute(
        "INSERT INTO vote_requests (job_id, round, action, votes) VALUES ('j1', 1, 'more', 3)"
    )
    await gateway.create([job(1)])
    assert await gateway.rows("SELECT votes FROM jobs") == [(3,)]
    assert await gateway.requests.sweep() == 0


async def test_a_vendor_can_neither_answer_nor_lock_another_projects_task(gateway: Gateway) -> None:
    await add_shop(gateway)
    await gateway.create([job(1)])
    task = await gateway.task_of("j1")
    async with gateway.database.transaction() as tx:
        await tx.jobs.lock(["j1"])
        await tx.tasks.lock("news", [task])
        async with asyncio.timeout(60):  # waits for no lock of the other project
            assert await poll_shop(gateway, answer(task, "ann", "x")) == []
    assert await gateway.rows("SELECT project, reason FROM refused_annotations") == [("shop", "unknown_task")]
    assert await gateway.take_in(answer(task, "ann", "x")) == [answer(task, "ann", "x")]


async def test_equal_annotation_ids_of_two_projects_are_two_annotations(gateway: Gateway) -> None:
    await add_shop(gateway)
    await gateway.create([job(1), of_shop(job(2))])
    first, second = [
        replace(answer(await gateway.task_of(name), "ann", "x"), annotation_id="a1") for name in ("j1", "j2")
    ]
    assert await gateway.take_in(first) == [first]
    assert await poll_shop(gateway, second) == [second]
    answers = await gateway.rows("SELECT project, answers FROM tasks ORDER BY 1")
    assert answers == [("news", 1), ("shop", 1)]


async def test_another_projects_task_is_like_an_unknown_one(gateway: Gateway) -> None:
    await gateway.create([job(1, provider="inhouse")])
    await gateway.send_all()
    task = await gateway.task_of("j1")
    assert await gateway.annotate.project_of(task, "news") == ("news", Lane.LABEL)
    assert await gateway.annotate.project_of(task, None) == ("news", Lane.LABEL)
    problems = []
    for identifier in (task, task[::-1]):
        with pytest.raises(Refused) as error:
            await gateway.annotate.project_of(identifier, "shop")
        problems.append((error.value.kind, str(error.value).replace(identifier, "*")))
    assert problems[0] == problems[1]
