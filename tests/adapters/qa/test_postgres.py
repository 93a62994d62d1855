"""qa's use cases on a real PostgreSQL: replays, late jobs, revisions, erasure, parked annotations."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.qa.qakit import LABELS, NOON, STATES, Qa, job, vote
from shoal.contracts.labels import GuidelineRef, LabelingJob
from shoal.contracts.samples import SampleErased
from shoal_qa.adapters.postgres.fits import PostgresFits
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines
from shoal_qa.usecases.annotations.expire import ExpireParked
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.ports import ReceivedAnnotation

pytestmark = pytest.mark.servers


async def test_two_that_agree_are_enough(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x")])
    assert await qa.rows(LABELS) == []
    await qa.annotations([vote(1, "bob", "x")])
    assert await qa.rows(LABELS) == [("j1", 1, "accepted", "x")]


@pytest.mark.parametrize("seed", range(6))
async def test_order_repetition_and_splits_do_not_matter(qa: Qa, seed: int) -> None:
    chance = random.Random(seed)
    events: list[Any] = [job(1), job(2), job(3)]
    events += [vote(1, "ann", "x"), vote(1, "bob", "x"), vote(2, "ann", "y"), vote(2, "bob", "x")]
    events += [vote(2, "bob", "y", 2), vote(3, "ann", "x"), vote(3, "ann", None, 2)]
    events += chance.sample(events, 6)  # delivered twice
    chance.shuffle(events)
    for event in events:
        if isinstance(event, LabelingJob):
            await qa.jobs([event])
        else:
            await qa.annotations([event])
    final = [(row[0], row[1], row[2]) for row in await qa.rows(STATES)]
    assert final == [("j1", "accepted", "x"), ("j2", "accepted", "y"), ("j3", "open", None)]
    assert await qa.rows("SELECT count(*) FROM annotations") == [(7,)]
    assert await qa.rows("SELECT max(wanted) FROM jobs") <= [(3,)]


async def test_a_second_look_changes_nothing(qa: Qa) -> None:
    await qa.jobs([job(1), job(2)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "y"), vote(2, "ann", "x"), vote(2, "bob", "x")])
    before = await qa.rows(STATES), await qa.rows(LABELS), await qa.rows("SELECT count(*) FROM outbox")
    assert await qa.evaluate(["j1", "j2"]) == 0
    assert (
        await qa.rows(STATES),
        await qa.rows(LABELS),
        await qa.rows("SELECT count(*) FROM outbox"),
    ) == before


async def test_an_edit_after_acceptance_is_never_silent(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    await qa.annotations([vote(1, "bob", None, 2)])
    assert await qa.rows(LABELS) == [("j1", 1, "accepted", "x"), ("j1", 2, "withdrawn", None)]
    await qa.annotations([vote(1, "cy", "x")])
    assert (await qa.rows(LABELS))[-1] == ("j1", 3, "revised", "x")


async def test_an_unknown_label_and_an_unknown_guideline(qa: Qa) -> None:
    strange = vote(2, "ann", "x").event.model_copy(update={"guideline": GuidelineRef(major=9, minor=0)})
    refused = await qa.annotations(
        [vote(1, "ann", "zebra"), ReceivedAnnotation(strange, "0/1"), vote(3, "ann", "x")]
    )
    assert [(each.index, each.reason) for each in refused] == [(0, "unknown_label"), (1, "unknown_guideline")]
    assert "answer.label" in refused[0].detail
    assert await qa.rows("SELECT job_id FROM annotations") == [("j3",)]


async def test_an_annotation_whose_job_never_comes_is_a_dead_letter(qa: Qa) -> None:
    await qa.jobs([job(2)])
    await qa.annotations([vote(1, "ann", "x"), vote(2, "ann", "x")])
    now = datetime.now(UTC)
    assert await ExpireParked(qa.database, timedelta(hours=1), lambda: now)() == 0
    assert await ExpireParked(qa.database, timedelta(hours=1), lambda: now + timedelta(hours=2))() == 1
    assert await qa.rows("SELECT job_id FROM annotations") == [("j2",)]
    (letter,) = await qa.letters()
    assert letter["shoal_dlq_reason"] == "unknown_job"
    assert "job_id" in letter["shoal_dlq_detail"]


async def test_erasure_withdraws_the_label_and_keeps_the_sample_out(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    erase = EraseSamples(qa.database, lambda: NOON)
    event = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)
    await erase([event])
    await erase([event])
    assert (await qa.rows(LABELS))[-1] == ("j1", 2, "withdrawn", None)
    await qa.annotations([vote(1, "cy", "x")])
    await qa.jobs([job(1)])
    assert await qa.rows("SELECT state, content FROM jobs") == [("erased", None)]
    assert await qa.rows("SELECT count(*) FROM annotations") == [(0,)]


async def test_an_annotation_under_another_guideline_than_its_job(qa: Qa) -> None:
    classes = [{"name": name, "definition": "", "examples": []} for name in ("x", "z")]
    schema = {"kind": "single_choice", "classes": classes}
    document = {"title": "", "text": "", "label_schema": schema, "changes": {"renamed": {"y": "z"}}}
    await PostgresGuidelines(qa.pool).publish("news", document, NOON)
    await qa.jobs([job(1)])
    other = GuidelineRef(major=2, minor=0)
    strange = [vote(n, "ann", "z").event.model_copy(update={"guideline": other}) for n in (1, 2)]
    (refused,) = await qa.annotations([ReceivedAnnotation(event, "0/1") for event in strange])
    assert (refused.index, refused.reason) == (0, "wrong_guideline")
    await qa.jobs([job(2)])  # its annotation came first
    assert await qa.rows("SELECT state FROM jobs") == [("open",), ("open",)]
    assert await qa.rows("SELECT job_id FROM annotations") == []
    (letter,) = await qa.letters()
    assert letter["shoal_dlq_reason"] == "wrong_guideline"


async def test_an_erasure_beside_an_uncommitted_job_forgets_its_text(qa: Qa) -> None:
    erase = EraseSamples(qa.database, lambda: NOON)
    event = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)
    async with qa.database.transaction() as tx:
        await tx.projects.lock(["news"])
        await tx.jobs.add([job(1)])
        erasing = asyncio.create_task(erase([event]))
        await asyncio.sleep(0.3)
        assert not erasing.done()
    await erasing
    assert await qa.rows("SELECT state, content FROM jobs") == [("erased", None)]


async def test_a_reader_of_labels_skips_none_that_commits_late(qa: Qa) -> None:
    await qa.jobs([job(1), job(2)])
    async with qa.database.transaction() as tx:
        jobs = await tx.jobs.lock(["j1"])
        await tx.annotations.add([vote(1, "ann", "x"), vote(1, "bob", "x")])
        await qa.evaluate.within(tx, jobs)
        late = asyncio.create_task(qa.annotations([vote(2, "ann", "x"), vote(2, "bob", "x")]))
        await asyncio.sleep(0.3)
        assert await qa.rows("SELECT seq FROM labels") == []  # the later one waits for the earlier number
    await late
    assert [row[0] for row in await qa.rows("SELECT job_id FROM labels ORDER BY seq")] == ["j1", "j2"]


async def test_seconds_of_the_events_are_what_haste_is_measured_by(qa: Qa) -> None:
    await qa.jobs([job(1)])
    timed = vote(1, "ann", "x").event.model_copy(update={"duration_s": 2.5})
    await qa.annotations([ReceivedAnnotation(timed, "0/1"), vote(1, "bob", "x")])
    given = (await PostgresFits(qa.pool).votes(("news", 1))).project_votes
    assert sorted(zip(given.triples, given.seconds, strict=True)) == [
        (("j1", "crowd/ann", "x"), 2.5),
        (("j1", "crowd/bob", "x"), None),
    ]
