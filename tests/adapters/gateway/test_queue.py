"""The in-house queue on PostgreSQL: concurrent annotators, leases, skips, undo, cancelled tasks."""

import asyncio
import random
from datetime import timedelta

import pytest

from adapters.gateway.gatewaykit import LEASE, NOON, Gateway, job, request
from shoal.runtime.refusal import Refused
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.inhouse.annotate import CurrentRevision, Submission

pytestmark = pytest.mark.servers
PEOPLE = ("ann", "bob", "cid", "dee", "eve", "flo")
# Tasks with more occupied slots than votes; answers and running leases occupy slots.
OVERFULL = """
SELECT q.external_id FROM queue q JOIN assignments a USING (external_id)
WHERE a.holding = 'answered' OR (a.holding = 'leased' AND a.leased_until > $1)
GROUP BY q.external_id, q.votes HAVING count(*) > q.votes
"""
# Jobs with more current votes than reserved, or two of one annotator.
OVERRUNS = """
WITH heads AS (
    SELECT DISTINCT ON (a.annotation_id) t.job_id, a.annotator, a.action
    FROM annotations a JOIN tasks t USING (external_id) WHERE t.lane = 'label'
    ORDER BY a.annotation_id, a.revision DESC
)
SELECT job_id FROM heads JOIN jobs USING (job_id) WHERE action IN ('submitted', 'updated')
GROUP BY job_id, max_votes HAVING count(*) > max_votes OR count(*) > count(DISTINCT annotator)
"""


async def offer(gateway: Gateway, count: int, votes: int = 1, max_votes: int = 3) -> None:
    """Put jobs into the in-house queue."""
    await gateway.create([job(n, votes=votes, max_votes=max_votes, provider="inhouse") for n in range(count)])
    await gateway.send_all()


async def take(gateway: Gateway, who: str) -> str | None:
    found = await gateway.annotate.next("news", Lane.LABEL, who)
    return found[0].external_id if found else None


async def refusal(gateway: Gateway, work: Submission) -> str:
    with pytest.raises(Refused) as refused:
        await gateway.annotate.answer(work)
    return (refused.value.title or "").lower().replace(" ", "_")


@pytest.mark.parametrize("votes", [1, 2])
async def test_no_slot_goes_to_two_annotators(gateway: Gateway, votes: int) -> None:
    await offer(gateway, 60, votes)
    done: dict[str, list[str]] = {who: [] for who in PEOPLE}

    async def person(who: str) -> None:
        while sum(map(len, done.values())) < 60 * votes:
            task = await take(gateway, who)
            if task is None:  # nothing is left for this person, or what is left is locked
                await asyncio.sleep(0.02)
            else:
                await gateway.annotate.answer(Submission(external_id=task, annotator=who, label="x"))
                done[who].append(task)

    async with asyncio.timeout(120):
        await asyncio.gather(*map(person, PEOPLE))
    assert [await take(gateway, who) for who in PEOPLE] == [None] * len(PEOPLE)
    assert sum(map(len, done.values())) == 60 * votes
    assert all(len(mine) == len(set(mine)) for mine in done.values())
    assert await gateway.rows(OVERFULL, NOON) == []
    assert await gateway.rows("SELECT DISTINCT answers, state FROM tasks") == [(votes, "done")]


async def test_the_last_slot_goes_to_one_of_several_concurrent_annotators(gateway: Gateway) -> None:
    for number in range(40):
        await gateway.create([job(number, votes=1, provider="inhouse")])
        await gateway.send_all()
        taken = await asyncio.gather(*(take(gateway, who) for who in PEOPLE))
        (task,) = [each for each in taken if each]
        await gateway.annotate.answer(
            Submission(external_id=task, annotator=PEOPLE[taken.index(task)], label="y")
        )


async def test_a_lease_is_renewed_for_its_holder_and_runs_out_for_others(gateway: Gateway) -> None:
    await offer(gateway, 1)
    task = await take(gateway, "ann")
    assert task == await take(gateway, "ann")
    assert await take(gateway, "bob") is None
    gateway.clock.pass_by(LEASE)
    assert await take(gateway, "bob") == task
    assert (
        await refusal(gateway, Submission(external_id=str(task), annotator="ann", label="x")) == "task_full"
    )
    await gateway.annotate.answer(Submission(external_id=str(task), annotator="bob", label="x"))
    assert await gateway.rows("SELECT annotator, label FROM annotations") == [("bob", "x")]


async def test_a_skip_frees_the_slot_for_others_only(gateway: Gateway) -> None:
    await offer(gateway, 1)
    task = str(await take(gateway, "ann"))
    await gateway.annotate.answer(Submission(external_id=task, annotator="ann", label=None, reason="unclear"))
    assert await take(gateway, "ann") is None
    assert await take(gateway, "bob") == task
    assert await gateway.rows("SELECT answers, skips, votes FROM tasks") == [(0, 1, 1)]


@pytest.mark.parametrize("label", ["x", None])
async def test_an_answer_taken_back_is_leased_to_its_annotator_again(
    gateway: Gateway, label: str | None
) -> None:
    await offer(gateway, 1)
    task = str(await take(gateway, "ann"))
    kept = await gateway.annotate.answer(Submission(external_id=task, annotator="ann", label=label))
    for _ in range(2):  # the second changes nothing
        gone = await gateway.annotate.take_back(task, "ann", kept.annotation_id)
        assert gone == CurrentRevision(kept.annotation_id, 2, "deleted")
    assert await take(gateway, "bob") is None
    assert await take(gateway, "ann") == task
    assert (
        await gateway.annotate.answer(Submission(external_id=task, annotator="ann", label="y"))
    ).revision == 3
    assert await gateway.rows("SELECT answers, skips, state FROM tasks") == [(1, 0, "done")]
    assert await gateway.rows("SELECT count(*) FROM outbox WHERE topic = 'labels.submitted'") == [(3,)]


async def test_undoing_a_skip_does_not_take_the_slot_from_its_new_holder(gateway: Gateway) -> None:
    await offer(gateway, 1)
    task = str(await take(gateway, "ann"))
    kept = await gateway.annotate.answer(Submission(external_id=task, annotator="ann", label=None))
    assert await take(gateway, "bob") == task
    await gateway.annotate.take_back(task, "ann", kept.annotation_id)
    assert await gateway.rows(OVERFULL, NOON) == []
    assert await refusal(gateway, Submission(external_id=task, annotator="ann", label="x")) == "task_full"


async def test_the_same_answer_from_two_tabs_is_one_revision(gateway: Gateway) -> None:
    await offer(gateway, 1)
    task = str(await take(gateway, "ann"))
    kept = await asyncio.gather(
        *(gateway.annotate.answer(Submission(external_id=task, annotator="ann", label="x")) for _ in range(5))
    )
    assert {each.revision for each in kept} == {1}
    assert await gateway.rows("SELECT revision FROM annotations") == [(1,)]


async def test_an_annotator_gets_a_sample_once_even_under_two_jobs(gateway: Gateway) -> None:
    await gateway.create([job(1, provider="inhouse")])
    again = job(2, provider="inhouse").model_copy(update={"sample_id": "s1"})
    await gateway.create([again])
    await gateway.send_all()
    first = str(await take(gateway, "ann"))
    await gateway.annotate.answer(Submission(external_id=first, annotator="ann", label="x"))
    assert await take(gateway, "ann") is None
    assert await take(gateway, "bob") is not None


async def test_a_cancelled_task_takes_no_answer_even_before_the_queue_knows(gateway: Gateway) -> None:
    await offer(gateway, 1, votes=2, max_votes=2)
    task = str(await gateway.task_of("j0"))
    await gateway.annotate.answer(Submission(external_id=task, annotator="ann", label="x"))
    await gateway.requests([request(0, "cancel", 1)])
    assert await refusal(gateway, Submission(external_id=task, annotator="bob", label="x")) == "task_closed"
    assert (
        await gateway.annotate.answer(Submission(external_id=task, annotator="ann", label="y"))
    ).revision == 2  # an existing answer may be corrected
    await gateway.requests([request(0, "more", 2, votes=2)])
    assert await gateway.rows("SELECT votes, answers FROM tasks WHERE attempt = 2") == [(1, 0)]
    await gateway.send_all()
    assert await refusal(gateway, Submission(external_id=task, annotator="bob", label="x")) == "task_closed"
    assert await take(gateway, "ann") is None
    assert await take(gateway, "bob") == await gateway.task_of("j0", 2)


@pytest.mark.parametrize("seed", range(4))
async def test_votes_and_slots_hold_under_concurrent_annotators(gateway: Gateway, seed: int) -> None:
    chance = random.Random(seed)
    await offer(gateway, 9, votes=2, max_votes=3)  # qa cancels some of the first six, sooner or later
    kept: dict[tuple[str, str], str] = {}
    held: dict[str, str] = {}

    async def act(who: str) -> None:
        kind = chance.choice(["take", "answer", "answer", "skip", "undo", "edit", "qa"])
        try:
            if kind == "take" or (kind in ("answer", "skip") and who not in held):
                held[who] = await take(gateway, who) or held.get(who, "")
            elif kind in ("answer", "skip") and held[who]:
                label = None if kind == "skip" else chance.choice("xy")
                done = await gateway.annotate.answer(
                    Submission(external_id=held[who], annotator=who, label=label)
                )
                kept[held[who], who] = done.annotation_id
            elif kind in ("undo", "edit") and (mine := [key for key in kept if key[1] == who]):
                task, _ = chance.choice(mine)
                if kind == "undo":
                    await gateway.annotate.take_back(task, who, kept[task, who])
                else:
                    await gateway.annotate.answer(
                        Submission(external_id=task, annotator=who, label=chance.choice("xy"))
                    )
            elif kind == "qa":
                wish = chance.choice(["more", "more", "cancel"])
                await gateway.requests([request(chance.randrange(6), wish, chance.randrange(1, 9), 3)])
        except Refused:
            pass

    for step in range(40):
        await asyncio.gather(*(act(who) for who in PEOPLE))
        if step % 3 == 0:
            await gateway.send_all()
        assert await gateway.rows(OVERFULL, gateway.clock.now) == []
        assert await gateway.rows(OVERRUNS) == []
        gateway.clock.pass_by(timedelta(minutes=chance.choice([0, 4, 16])))
    assert len(kept) > 10
