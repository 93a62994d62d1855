"""The gateway's use cases on a real PostgreSQL: replays, revisions, budgets, webhooks, feeds."""

import asyncio
import random
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.gateway.gatewaykit import CROWD, NOON, Crowd, Gateway, answer, job, request
from revisionskit import count_answers
from shoal.contracts.providers import ProvidersChanged
from shoal_gateway.adapters.postgres.configs import PostgresCursors
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.usecases.ports import Malformed
from shoal_gateway.usecases.translate import to_request

pytestmark = pytest.mark.servers
SUBMITTED = "outbox WHERE topic = 'labels.submitted'"
TASKS = "SELECT job_id, attempt, votes, answers, state FROM tasks WHERE lane = 'label' ORDER BY 1, 2"
# Jobs whose tasks may bring more votes than reserved. A live task counts its votes, less its skips if the
# provider does not replace them ($1 is 1); a cancelled task counts its answers.
OVERRUNS = """
SELECT job_id FROM tasks JOIN jobs USING (job_id) WHERE lane = 'label' GROUP BY job_id, max_votes
HAVING sum(CASE tasks.state WHEN 'cancelled' THEN answers ELSE tasks.votes - skips * $1 END) > max_votes
"""


async def test_a_job_that_comes_again_only_raises_its_votes(gateway: Gateway) -> None:
    await gateway.create([job(1, votes=2, max_votes=2), job(1, votes=2, max_votes=2)])
    await gateway.create([job(1, votes=3, max_votes=4)])
    await gateway.create([job(1, votes=1, max_votes=1)])
    assert await gateway.rows("SELECT votes, max_votes FROM jobs") == [(3, 4)]
    assert await gateway.rows(TASKS) == [("j1", 1, 3, 0, "planned")]
    assert await gateway.rows("SELECT kind FROM intents ORDER BY seq") == [("upsert",), ("extend",)]


async def test_a_job_for_an_unknown_provider_is_refused_and_stops_no_other(gateway: Gateway) -> None:
    (refused,) = await gateway.create([job(1, provider="nobody"), job(2)])
    assert (refused.index, refused.reason) == (0, "unknown_provider")
    assert await gateway.rows("SELECT job_id FROM jobs") == [("j2",)]


@pytest.mark.parametrize("request_first", [True, False])
async def test_a_request_and_its_job_meet_in_any_order(gateway: Gateway, request_first: bool) -> None:
    steps = [gateway.create([job(1)]), gateway.requests([request(1, "more", 1, votes=3)])]
    for step in reversed(steps) if request_first else steps:
        await step
    assert await gateway.rows(TASKS) == [("j1", 1, 3, 0, "planned")]
    assert await gateway.requests.sweep() == 0


async def test_a_request_that_a_crash_left_is_swept_up(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    async with gateway.database.transaction() as tx:
        await tx.requests.park([("news", "j1", to_request(request(1, "more", 1, votes=3)))])
    assert await gateway.requests.sweep() == 1
    assert (await gateway.rows(TASKS))[0][2] == 3


def history(chance: random.Random, task: str) -> list[Annotation]:
    """Return a task's revisions by some annotators: answers, edits, skips and deletions."""
    found = []
    for who in chance.sample(["ann", "bob", "cid", "dee"], 3):
        for revision in range(1, chance.randrange(2, 5)):
            label = chance.choice(["x", "y", None])
            skip = label is None and chance.random() < 0.5
            found.append(answer(task, who, label, revision, "skipped" if skip else None))
    return found


@pytest.mark.parametrize("seed", range(5))
async def test_revisions_are_stored_and_announced_once_in_any_order(gateway: Gateway, seed: int) -> None:
    chance = random.Random(seed)
    await gateway.create([job(number, votes=3) for number in range(4)])
    await gateway.send_all()
    tasks = [await gateway.task_of(f"j{number}") for number in range(4)]
    truth = {task: history(chance, task) for task in tasks}
    events = [event for found in truth.values() for event in found]
    copies = events + chance.sample(events, len(events) // 2)
    chance.shuffle(copies)
    batches = [copies[start : start + 5] for start in range(0, len(copies), 5)]
    for some in zip(batches[::2], batches[1::2], strict=False):
        await asyncio.gather(*(gateway.take_in(*batch) for batch in some))
    await gateway.take_in(*events)  # the feed is read again from its beginning
    kept = await gateway.rows("SELECT annotation_id, revision FROM annotations")
    assert sorted(kept) == sorted(event.key for event in events)
    ids = await gateway.rows(f"SELECT headers[array_position(header_names, 'ce_id')] FROM {SUBMITTED}")
    assert len(ids) == len(set(ids)) == len(events)
    found = dict(await gateway.rows("SELECT external_id, answers FROM tasks"))
    assert found == {task: count_answers(truth[task]) for task in tasks}
    for task, state in await gateway.rows("SELECT external_id, state FROM tasks"):
        assert state == ("done" if found[task] >= 3 else "open")


async def test_a_price_is_paid_for_the_first_answer_only(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    task = await gateway.task_of("j1")
    await gateway.take_in(answer(task, "ann", "x"), answer(task, "ann", "y", 2), answer(task, "ann", None, 3))
    assert await gateway.rows("SELECT sum(price) FROM annotations") == [(pytest.approx(0.1),)]


async def test_the_event_leaves_with_the_row_or_not_at_all(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    event = answer(await gateway.task_of("j1"), "ann", "x")
    with pytest.raises(ZeroDivisionError):
        async with gateway.database.transaction() as tx:
            assert len(await gateway.record(tx, CROWD, [event], "poll")) == 1
            raise ZeroDivisionError
    both = f"SELECT (SELECT count(*) FROM annotations), (SELECT count(*) FROM {SUBMITTED}), sum(answers) FROM tasks"
    assert await gateway.rows(both) == [(0, 0, 0)]
    assert await gateway.take_in(event) == [event]
    assert await gateway.rows(both) == [(1, 1, 1)]


async def test_invalid_annotations_are_stored_once_and_do_not_affect_valid_ones(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    task = await gateway.task_of("j1")
    unreadable = Malformed(index=2, field="answer", detail="no label")
    wrong = [answer(task, "bob", "zebra"), answer("nowhere", "cid", "x"), unreadable]
    assert await gateway.take_in(*wrong, answer(task, "ann", "x")) == [answer(task, "ann", "x")]
    await gateway.take_in(*wrong)
    reasons = await gateway.rows("SELECT reason FROM refused_annotations ORDER BY 1")
    assert reasons == [("malformed",), ("unknown_label",), ("unknown_task",)]


async def test_an_edit_without_a_new_revision_and_an_id_of_another_task_are_refused(gateway: Gateway) -> None:
    await gateway.create([job(1), job(2)])
    first, second = await gateway.task_of("j1"), await gateway.task_of("j2")
    kept = [answer(first, "ann", "x"), answer(second, "bob", "x")]
    assert await gateway.take_in(*kept) == kept
    odd = [replace(kept[0], label="y"), replace(kept[0], external_id=second, revision=2)]
    assert await gateway.take_in(*kept, *odd) == []
    refused = await gateway.rows("SELECT reason, detail FROM refused_annotations ORDER BY 1")
    assert [reason for reason, _ in refused] == ["changed_revision", "id_of_another_task"]
    assert "send an edit or a deletion with the next revision" in refused[0][1]
    assert await gateway.rows("SELECT answers FROM tasks") == [(1,), (1,)]


async def test_a_class_with_blanks_around_it_is_stored_as_the_schema_writes_it(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    await gateway.take_in(answer(await gateway.task_of("j1"), "ann", " x\u00a0"))
    assert await gateway.rows("SELECT label FROM annotations") == [("x",)]


async def test_feeds_that_refuse_the_same_in_opposite_orders_do_not_block_each_other(
    gateway: Gateway,
) -> None:
    wrong = [answer(f"nowhere-{number}", "ann", "x") for number in range(1000)]
    opened = [gateway.rows("SELECT pg_sleep(0.2)") for _ in range(2)]  # opens the connections beforehand
    await asyncio.gather(*opened)
    await asyncio.gather(gateway.take_in(*wrong), gateway.take_in(*reversed(wrong)))
    assert await gateway.rows("SELECT count(*) FROM refused_annotations") == [(1000,)]


async def test_a_webhook_is_processed_once(gateway: Gateway) -> None:
    await gateway.create([job(number) for number in range(8)])
    tasks = [await gateway.task_of(f"j{number}") for number in range(8)]
    for number, task in enumerate(tasks):
        again = [gateway.inbox.keep(CROWD, f"w{number}", [answer(task, "ann", "x")]) for _ in range(3)]
        await asyncio.gather(*again)
    await gateway.take_in(answer(tasks[0], "ann", "x"))  # the feed was quicker
    assert sum(await asyncio.gather(*(gateway.drain() for _ in range(4)))) == 8
    assert await gateway.drain() == 0
    assert await gateway.rows("SELECT count(*), sum(answers) FROM tasks") == [(8, 8)]
    assert await gateway.rows(f"SELECT count(*) FROM {SUBMITTED}") == [(8,)]
    found_by = await gateway.rows("SELECT found_by, count(*) FROM annotations GROUP BY 1 ORDER BY 1")
    assert found_by == [("hook", 7), ("poll", 1)]


async def test_an_interrupted_webhook_is_processed_again(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    event = answer(await gateway.task_of("j1"), "ann", "x")
    await gateway.inbox.keep(CROWD, "w1", [event])

    async def cut_off(tx: Any, project: str, name: str, items: Any) -> None:
        await gateway.record(tx, CROWD, items, "hook")
        raise asyncio.CancelledError("killed here")

    with pytest.raises(asyncio.CancelledError):
        await gateway.inbox.drain(CROWD.key, cut_off)
    assert await gateway.rows("SELECT count(*) FROM annotations") == [(0,)]
    assert await gateway.drain() == 1
    assert await gateway.rows("SELECT annotation_id FROM annotations") == [(event.annotation_id,)]


@pytest.mark.parametrize("replaces_skips", [True, False])
@pytest.mark.parametrize("seed", range(3))
async def test_requested_votes_stay_within_the_reservation(
    gateway: Gateway, crowd: Crowd, seed: int, replaces_skips: bool
) -> None:
    """Jobs, requests and answers arrive concurrently, twice and in any order."""
    chance = random.Random(seed)
    gateway.crowd.capabilities = Crowd(replaces_skips=replaces_skips).capabilities
    steps: list[Any] = []
    for number in range(6):
        steps += [("job", [job(number, votes=chance.randrange(1, 4), max_votes=4)]) for _ in range(2)]
        wishes = [("more", chance.randrange(2, 9)), ("cancel", 0), ("more", 4), ("review", 0)]
        steps += [
            ("ask", [request(number, wish, round_, votes)]) for round_, (wish, votes) in enumerate(wishes, 1)
        ]
    steps += chance.sample(steps, 12)
    chance.shuffle(steps)

    async def one(kind: str, events: Any) -> None:
        await (gateway.create(events) if kind == "job" else gateway.requests(events))

    for start in range(0, len(steps), 4):
        some = (one(*step) for step in steps[start : start + 4])
        await asyncio.gather(*some, crowd_works(gateway, chance, None))
        await crowd_works(gateway, chance, "x")
        await gateway.dispatch()
        assert await gateway.rows(OVERRUNS, int(not replaces_skips)) == []
    asked: dict[str, int] = defaultdict(int)
    for _, task, votes in gateway.crowd.calls:
        asked[task] = max(asked[task], votes)
    assert asked
    planned = dict(await gateway.rows("SELECT external_id, votes FROM tasks"))
    assert all(votes <= planned[task] for task, votes in asked.items())


async def crowd_works(gateway: Gateway, chance: random.Random, label: str | None) -> None:
    """Answer some open tasks, or skip them if there is no label, as a vendor's annotators do."""
    found = await gateway.rows("SELECT external_id FROM tasks WHERE state = 'open' ORDER BY 1")
    for (task,) in chance.sample(found, min(3, len(found))):
        who = f"annotator-{chance.randrange(10**6)}"
        await gateway.take_in(answer(task, who, label, 1, None if label else "skipped"))


async def test_concurrent_changes_leave_one_default(gateway: Gateway) -> None:
    names = [f"vendor-{number}" for number in range(6)]
    await asyncio.gather(*(gateway.configs.put(replace(CROWD, name=name)) for name in names))
    assert await gateway.rows("SELECT count(*) FROM providers WHERE is_default") == [(1,)]
    assert await gateway.rows("SELECT count(*) FROM providers") == [(7,)]


async def test_a_feed_is_read_by_one_replica_at_a_time(gateway: Gateway) -> None:
    cursors, interval, lease = PostgresCursors(gateway.pool), timedelta(seconds=2), timedelta(seconds=60)

    async def turns(late: timedelta) -> list[str | None]:
        claims = (cursors.claim(CROWD, NOON + late, interval, lease) for _ in range(5))
        return [cursor for mine, cursor, _ in await asyncio.gather(*claims) if mine]

    assert await turns(timedelta()) == [None]
    assert await turns(interval) == []  # it may still be reading
    assert await turns(lease) == [None]  # it died
    async with gateway.database.transaction() as tx:
        await tx.feeds.save_cursor(CROWD, "page-2")
    assert await turns(lease) == []
    assert await turns(lease + interval) == ["page-2"]


async def test_every_change_of_providers_is_announced_with_all_of_the_project(gateway: Gateway) -> None:
    await gateway.configs.put(replace(CROWD, name="second", is_default=False, api_key="secret"))
    await gateway.configs.announce_all()
    rows = await gateway.rows("SELECT key, value FROM outbox WHERE topic = 'providers.changed' ORDER BY seq")
    events = [ProvidersChanged.model_validate_json(value) for _, value in rows]
    assert [key for key, _ in rows] == [b"news"] * 3
    assert [[entry.name for entry in event.providers] for event in events] == [
        [CROWD.name],
        [CROWD.name, "second"],
        [CROWD.name, "second"],
    ]
    assert b"secret" not in b"".join(value for _, value in rows)
    assert events[0].changed_at < events[1].changed_at < events[2].changed_at
