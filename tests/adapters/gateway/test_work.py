"""What the page shows of an annotator's work: progress, the last answer, reasons, and disputes."""

import random
from collections import defaultdict
from datetime import timedelta

import pytest

from adapters.gateway.gatewaykit import NOON, Gateway, answer, job, request
from revisionskit import latest_revisions
from shoal.contracts.samples import SampleErased
from shoal.runtime.refusal import Refused
from shoal_gateway.adapters.postgres import rows
from shoal_gateway.adapters.postgres.work import PostgresWork
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.disputes import Grounds
from shoal_gateway.domain.skips import SkipCode
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.inhouse.annotate import Submission
from shoal_gateway.usecases.inhouse.last_answer import FindLastAnswer, LastAnswer
from shoal_gateway.usecases.inhouse.work import AnnotatorProgress

pytestmark = pytest.mark.servers
PEOPLE = ("ann", "bob", "cid")
ANNOTATIONS = "SELECT value FROM outbox WHERE topic = 'labels.submitted' ORDER BY seq"


@pytest.fixture
def work(gateway: Gateway) -> PostgresWork:
    return PostgresWork(gateway.pool, gateway.clock)


async def offer(gateway: Gateway, count: int, votes: int = 2) -> None:
    await gateway.create([job(n, votes=votes, provider="inhouse") for n in range(count)])
    await gateway.send_all()


async def take(gateway: Gateway, annotator: str) -> str:
    order = await gateway.annotate.next("news", Lane.LABEL, annotator)
    return order[0].external_id if order else ""


async def say(
    gateway: Gateway, task: str, annotator: str, label: str | None, code: SkipCode | None = None
) -> str:
    gateway.clock.pass_by(timedelta(seconds=1))
    submission = Submission(external_id=task, annotator=annotator, label=label, code=code)
    return (await gateway.annotate.answer(submission)).annotation_id


async def last_of(gateway: Gateway, annotator: str) -> LastAnswer | None:
    return await FindLastAnswer(gateway.database, gateway.clock)("news", Lane.LABEL, annotator)


def count_plainly(revisions: list[Annotation], annotator: str) -> tuple[int, int, int]:
    """Return answered, skipped and current, counted from the revisions of an annotator."""
    own: dict[str, list[Annotation]] = defaultdict(list)
    for annotation in revisions:
        if annotation.annotator == annotator:
            own[annotation.annotation_id].append(annotation)
    heads = latest_revisions(item for items in own.values() for item in items)
    answered = {key for key, items in own.items() if any(item.is_vote for item in items)}
    skipped = {key for key, head in heads.items() if head.action == "skipped"} - answered
    return len(answered), len(skipped), sum(head.is_vote for head in heads.values())


@pytest.mark.parametrize("seed", range(3))
async def test_progress_counts_each_task_once_and_never_falls(
    gateway: Gateway, work: PostgresWork, seed: int
) -> None:
    chance = random.Random(seed)
    await offer(gateway, 8)
    before: dict[str, AnnotatorProgress] = {}
    for step in range(60):
        annotator = chance.choice(PEOPLE)
        last = await last_or_none(gateway, annotator)
        kind = chance.choice(["answer", "answer", "skip", "change", "repeat", "undo", "more"])
        try:
            if kind in ("answer", "skip") and (task := await take(gateway, annotator)):
                label = None if kind == "skip" else chance.choice("xy")
                await say(gateway, task, annotator, label, SkipCode.OTHER if kind == "skip" else None)
            elif kind in ("change", "repeat") and last:
                label = chance.choice("xy") if kind == "change" else last.annotation.label
                code = SkipCode(last.annotation.code) if last.annotation.code and label is None else None
                await say(gateway, last.order.external_id, annotator, label, code)
            elif kind == "undo" and last:
                await gateway.annotate.take_back(
                    last.order.external_id, annotator, last.annotation.annotation_id
                )
            elif kind == "more":
                await gateway.create([job(100 + step, votes=1, provider="inhouse")])
                await gateway.send_all()
        except Refused:
            pass
        records = await gateway.pool.fetch("SELECT * FROM annotations")
        revisions = [rows.read_annotation(record) for record in records]
        progress = await work.annotator_progress("news", Lane.LABEL, annotator, NOON)
        assert (progress.answered, progress.skipped, progress.current) == count_plainly(revisions, annotator)
        assert progress.answered == progress.answered_since
        assert progress.answered >= (before[annotator].answered if annotator in before else 0)
        before[annotator] = progress
    later = await work.annotator_progress("news", Lane.LABEL, "ann", gateway.clock() + timedelta(seconds=1))
    assert (later.answered, later.answered_since) == (before["ann"].answered, 0)


async def last_or_none(gateway: Gateway, annotator: str) -> LastAnswer | None:
    try:
        return await last_of(gateway, annotator)
    except Refused:
        return None


async def test_waiting_is_what_the_annotator_can_take(gateway: Gateway, work: PostgresWork) -> None:
    await offer(gateway, 6)
    for annotator, count in (("ann", 3), ("bob", 2), ("cid", 2)):
        for _ in range(count):
            await say(gateway, await take(gateway, annotator), annotator, "x")
    await take(gateway, "dee")  # a running lease
    await gateway.requests([request(5, "cancel", 1)])
    for annotator in ("ann", "bob", "cid", "dee", "new"):
        waiting = (await work.waiting_by_project(["news", "none"], Lane.LABEL, annotator))["news"]
        count = 0
        while task := await take(gateway, annotator):
            await say(gateway, task, annotator, None)  # frees the slot for the next annotator
            count += 1
        assert waiting == count
    assert (await work.waiting_by_project(["none"], Lane.LABEL, "ann")) == {"none": 0}


async def test_the_last_answer_is_the_newest_that_was_not_taken_back(gateway: Gateway) -> None:
    await offer(gateway, 3)
    assert await last_of(gateway, "ann") is None
    first, second = await take(gateway, "ann"), ""
    await say(gateway, first, "ann", "x")
    second = await take(gateway, "ann")
    identifier = await say(gateway, second, "ann", "y")
    await say(gateway, await take(gateway, "bob"), "bob", "x")
    last = await last_of(gateway, "ann")
    assert last is not None
    assert (last.order.external_id, last.annotation.label) == (second, "y")
    await gateway.annotate.take_back(second, "ann", identifier)
    last = await last_of(gateway, "ann")
    assert last is not None
    assert (last.order.external_id, last.order.datum.text is not None) == (first, True)


async def test_the_last_answer_to_a_cancelled_task_can_be_changed(gateway: Gateway) -> None:
    await offer(gateway, 1)
    await say(gateway, await take(gateway, "ann"), "ann", "x")
    await gateway.requests([request(0, "cancel", 1)])
    await gateway.send_all()  # the queue forgets the content
    last = await last_of(gateway, "ann")
    assert last is not None
    assert last.order.datum.text == "text 0"
    await say(gateway, last.order.external_id, "ann", "y")
    assert await gateway.rows("SELECT answers FROM tasks") == [(1,)]


async def test_a_skip_whose_slot_is_filled_and_an_erased_sample_cannot_be_changed(gateway: Gateway) -> None:
    await offer(gateway, 1, votes=1)
    await say(gateway, await take(gateway, "ann"), "ann", None, SkipCode.UNREADABLE)
    await say(gateway, await take(gateway, "bob"), "bob", "x")
    with pytest.raises(Refused, match="task_full"):
        await last_of(gateway, "ann")
    await gateway.erase([SampleErased(project="news", sample_id="s0", reason="", erased_at=NOON)])
    with pytest.raises(Refused, match="erased") as refused:
        await last_of(gateway, "bob")
    assert refused.value.kind == "gone"


async def test_a_skip_is_stored_once_with_its_reason_and_announced(gateway: Gateway) -> None:
    await offer(gateway, 1, votes=1)
    task = await take(gateway, "ann")
    skip = Submission(external_id=task, annotator="ann", label=None, code=SkipCode.OTHER, reason="in Finnish")
    for _ in range(2):  # a retry, also after others filled the slot
        assert (await gateway.annotate.answer(skip)).revision == 1
    await say(gateway, await take(gateway, "bob"), "bob", "x")
    assert (await gateway.annotate.answer(skip)).revision == 1
    skipped = "SELECT code, reason FROM annotations WHERE action = 'skipped'"
    assert await gateway.rows(skipped) == [("other", "in Finnish")]
    values = [bytes(row[0]).decode() for row in await gateway.rows(ANNOTATIONS)]
    assert '"code":"other"' in values[0]
    assert '"reason":"in Finnish"' in values[0]
    await gateway.erase([SampleErased(project="news", sample_id="s0", reason="", erased_at=NOON)])
    assert await gateway.rows(skipped) == [("other", "")]  # the words may quote what was erased


async def test_a_dispute_has_one_unnamed_vote_of_each_annotator(gateway: Gateway, work: PostgresWork) -> None:
    await offer(gateway, 1)
    for annotator, label in (("ann", "x"), ("bob", "y")):
        await say(gateway, await take(gateway, annotator), annotator, label)
    await say(gateway, await gateway.task_of("j0"), "ann", "y")
    assert (await work.dispute("news", "j0")).grounds is None
    review = request(0, "review", 1).model_copy(update={"posterior": {"x": 0.4, "y": 0.6}})
    await gateway.requests([review, review])
    dispute = await work.dispute("news", "j0")
    assert [vote.label for vote in dispute.votes] == ["y", "y"]
    assert dispute.grounds == Grounds("test", {"x": 0.4, "y": 0.6})
    assert [vote.skill for vote in dispute.votes] == [None, None]
    assert not any(name in repr(dispute) for name in PEOPLE)


async def test_a_vote_in_a_dispute_has_the_skill_that_qa_measured(
    gateway: Gateway, work: PostgresWork
) -> None:
    await offer(gateway, 1, votes=3)
    for annotator, label in (("ann", "x"), ("bob", "y"), ("cy", None)):
        await say(gateway, await take(gateway, annotator), annotator, label)
    skills = {"inhouse/ann": 0.9, "crowd/bob": 0.2, "inhouse/cy": 0.5}
    review = request(0, "review", 1).model_copy(update={"skills": skills})
    await gateway.requests([review])
    votes = (await work.dispute("news", "j0")).votes
    assert {(vote.label, vote.skill) for vote in votes} == {("x", 0.9), ("y", None), (None, None)}
    await gateway.requests([request(0, "review", 2).model_copy(update={"skills": {"inhouse/bob": 0.7}})])
    votes = (await work.dispute("news", "j0")).votes
    assert {(vote.label, vote.skill) for vote in votes} == {("x", None), ("y", 0.7), (None, None)}


async def test_the_votes_of_a_vendor_are_shown_too(gateway: Gateway, work: PostgresWork) -> None:
    await gateway.create([job(0)])
    await gateway.send_all()
    task = await gateway.task_of("j0")
    await gateway.take_in(answer(task, "ann", "x"), answer(task, "bob", "y"), answer(task, "bob", None, 2))
    assert [vote.label for vote in (await work.dispute("news", "j0")).votes] == ["x"]
