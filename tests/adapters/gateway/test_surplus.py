"""A person votes once on a job, a vendor is paid for what it was asked, and a job always ends."""

from collections.abc import Sequence

import pytest

from adapters.gateway.gatewaykit import Gateway, answer, job, request
from shoal_gateway.usecases.annotations.checks import MOST_REVISIONS

pytestmark = pytest.mark.servers
TASKS = "SELECT attempt, votes, answers, repeats, state FROM tasks ORDER BY attempt"
COST = "SELECT coalesce(sum(price) FILTER (WHERE NOT surplus), 0) FROM annotations"
EVENTS = "SELECT count(*) FROM outbox WHERE topic = 'labels.submitted'"


async def votes(gateway: Gateway, task: str, people: Sequence[str], label: str = "x") -> int:
    """Let people answer a task; return how many answers are announced."""
    return len(await gateway.take_in(*(answer(task, who, label) for who in people)))


async def test_a_surplus_answer_is_neither_counted_announced_nor_paid(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    await gateway.send_all()
    assert await votes(gateway, await gateway.task_of("j1"), "abcd") == 2
    assert await gateway.rows(TASKS) == [(1, 2, 2, 0, "done")]
    assert await gateway.rows(COST) == [(pytest.approx(0.2),)]
    assert await gateway.rows(EVENTS) == [(2,)]
    assert await gateway.rows("SELECT count(*) FROM annotations WHERE surplus") == [(2,)]


async def test_a_surplus_answer_counts_when_it_is_wanted_after_all(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    await gateway.send_all()
    task = await gateway.task_of("j1")
    await votes(gateway, task, "abc")
    await gateway.requests([request(1, "more", 1, votes=3)])
    assert await gateway.rows(TASKS) == [(1, 3, 3, 0, "done")]
    assert await gateway.rows(EVENTS) == [(3,)]
    assert await gateway.rows(COST) == [(pytest.approx(0.3),)]


async def test_a_surplus_answer_takes_the_place_of_a_deleted_one(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    await gateway.send_all()
    task = await gateway.task_of("j1")
    await votes(gateway, task, "abc")
    fresh = await gateway.take_in(answer(task, "a", None, revision=2))
    assert [(item.annotator, item.action) for item in fresh] == [("a", "deleted"), ("c", "submitted")]
    assert await gateway.rows(TASKS) == [(1, 2, 2, 0, "done")]


async def tasks_around_a_cancel(gateway: Gateway) -> tuple[str, str]:
    """Return a task with two votes that was cancelled, and the one that follows it for the third vote."""
    await gateway.create([job(1, votes=3, max_votes=3)])
    await gateway.send_all()
    first = await gateway.task_of("j1")
    await votes(gateway, first, "ab")
    await gateway.requests([request(1, "cancel", 1, votes=2)])
    await gateway.requests([request(1, "more", 2, votes=3)])
    await gateway.send_all()
    return first, await gateway.task_of("j1", attempt=2)


async def test_after_cancel_and_more_a_second_vote_of_one_person_is_replaced(gateway: Gateway) -> None:
    _, second = await tasks_around_a_cancel(gateway)
    orders = await gateway.ledger.orders([second])
    assert orders[second][0].excluded == ("a", "b")
    await votes(gateway, second, "a")  # all the same
    assert await gateway.rows(TASKS) == [(1, 3, 2, 0, "cancelled"), (2, 2, 0, 1, "open")]
    await gateway.send_all()
    assert ("extend", second, 2) in gateway.crowd.calls
    await votes(gateway, second, "c")
    assert await gateway.rows(TASKS) == [(1, 3, 2, 0, "cancelled"), (2, 2, 1, 1, "done")]
    assert await gateway.rows(COST) == [(pytest.approx(0.3),)]


async def test_a_late_answer_of_a_cancelled_task_makes_the_second_vote_a_repeat(gateway: Gateway) -> None:
    first, second = await tasks_around_a_cancel(gateway)
    await votes(gateway, second, "c")
    assert await votes(gateway, first, "c") == 1  # announced, so that qa sees the later answer, and not paid
    assert await gateway.rows(COST) == [(pytest.approx(0.3),)]
    counted = await gateway.rows("SELECT sum(answers) FROM tasks")
    assert counted == [(3,)]


async def test_a_job_stores_no_endless_revisions(gateway: Gateway) -> None:
    await gateway.create([job(1), job(2)])
    await gateway.send_all()
    first, second = await gateway.task_of("j1"), await gateway.task_of("j2")
    await gateway.take_in(*(answer(first, "a", "x", revision) for revision in range(1, MOST_REVISIONS + 1)))
    fresh = await gateway.take_in(answer(first, "b", "x"), answer(second, "b", "x"))
    assert [item.external_id for item in fresh] == [second]
    refused = await gateway.rows("SELECT reason, annotation_id FROM refused_annotations")
    assert refused == [("too_many_revisions", f"b@{first}")]


async def test_two_answers_of_one_person_to_one_task_are_one_vote(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    await gateway.send_all()
    task = await gateway.task_of("j1")
    other = answer(task, "a", "y")
    await gateway.take_in(answer(task, "a", "x"), type(other)(**{**_fields(other), "annotation_id": "again"}))
    assert await gateway.rows(TASKS) == [(1, 2, 1, 0, "open")]
    assert await gateway.rows(COST) == [(pytest.approx(0.1),)]


def _fields(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in item.__slots__}  # type: ignore[attr-defined]
