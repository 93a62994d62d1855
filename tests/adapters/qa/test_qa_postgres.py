"""qa's use cases on a real PostgreSQL: replays, late jobs, revisions, erasure, parked annotations."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shoal.contracts.labels import AnnotationSubmitted, ClassAnswer, GuidelineRef, LabelingJob
from shoal.contracts.samples import Content, SampleErased
from shoal.persistence import migrate, open_pool
from shoal_qa.adapters.database import PostgresDatabase
from shoal_qa.adapters.fits import PostgresFits
from shoal_qa.adapters.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.evaluate import Evaluate
from shoal_qa.usecases.expire import ExpireParked
from shoal_qa.usecases.ports import Arrived
from shoal_qa.usecases.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.refit import Refit
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.kafka
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
REF = GuidelineRef(major=1, minor=0)


@dataclass
class Qa:
    pool: Any
    jobs: RecordJobs
    annotations: RecordAnnotations
    database: PostgresDatabase
    evaluate: Evaluate

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.pool.fetch(sql)]


@pytest.fixture
async def qa(postgres_dsn: str) -> AsyncIterator[Qa]:
    await migrate(postgres_dsn, schema="qa", package="shoal_qa", outbox=True)
    pool = await open_pool(postgres_dsn, "qa")
    classes = [{"name": name, "definition": "", "examples": []} for name in ("x", "y")]
    document = {
        "title": "",
        "text": "",
        "label_schema": {"kind": "single_choice", "classes": classes},
        "prelabels_allowed": False,
    }
    await PostgresGuidelines(pool).publish("news", document, NOON)
    rule = Rule(model="majority", accept_probability=0.7, max_votes=3, exhausted="close")
    await PostgresRules(pool).put("news", rule, NOON)
    database = PostgresDatabase(pool)
    evaluate = Evaluate(database, lambda: NOON)
    yield Qa(pool, RecordJobs(database, evaluate), RecordAnnotations(database, evaluate), database, evaluate)
    await pool.close()


def job(number: int) -> LabelingJob:
    return LabelingJob(
        project="news",
        job_id=f"j{number}",
        sample_id=f"s{number}",
        purpose="label",
        guideline=REF,
        content=Content(text=f"text {number}"),
        votes=2,
        max_votes=3,
        requested_at=NOON,
    )


def vote(number: int, annotator: str, label: str | None, revision: int = 1) -> Arrived:
    event = AnnotationSubmitted(
        project="news",
        job_id=f"j{number}",
        sample_id=f"s{number}",
        task_id=f"t{number}",
        provider="crowd",
        annotator=annotator,
        annotation_id=f"{annotator}-{number}",
        revision=revision,
        action="deleted" if label is None else "submitted" if revision == 1 else "updated",
        answer=None if label is None else ClassAnswer(label=label),
        purpose="label",
        guideline=REF,
        price=0.1,
        submitted_at=NOON + timedelta(seconds=revision),
    )
    return Arrived(event, f"0/{number}")


LABELS = "SELECT job_id, revision, state, label FROM labels ORDER BY 1, 2"
STATES = "SELECT job_id, state, label, wanted, round FROM jobs ORDER BY 1"


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
    refused = await qa.annotations([vote(1, "ann", "zebra"), Arrived(strange, "0/1"), vote(3, "ann", "x")])
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
    row = await qa.pool.fetchrow("SELECT * FROM outbox WHERE topic = 'labels.submitted.qa.dlq'")
    headers = dict(zip(row["header_names"], row["headers"], strict=True))
    assert headers["shoal_dlq_reason"] == b"unknown_job"
    assert b"job_id" in headers["shoal_dlq_detail"]


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


async def test_a_refit_learns_the_crowd_and_announces_quality(qa: Qa) -> None:
    await qa.jobs([job(number) for number in range(30)])
    for number in range(30):
        right = "xy"[number % 2]
        await qa.annotations(
            [vote(number, "ann", right), vote(number, "bob", right), vote(number, "liar", "y")]
        )
    refit = Refit(qa.database, PostgresFits(qa.pool), qa.evaluate, lambda: NOON)
    assert await refit() == 1
    assert await refit() == 0
    skills = dict(await qa.rows("SELECT annotator, skill FROM annotators"))
    assert skills["crowd/ann"] > skills["crowd/liar"]
    body = (await qa.rows("SELECT body FROM quality"))[0][0]
    assert body["votes"] == 90
    assert body["labels_accepted"] == 15  # two of three votes do not reach 0.7
    assert body["cost_per_accepted_label"] == pytest.approx(90 * 0.1 / 15)
