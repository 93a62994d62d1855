"""Answers of every kind on a real PostgreSQL: votes, acceptance, edits, reviews, gold, and datasets."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from adapters.qa.qakit import NOON, Qa
from shoal.answers import canonical_answer, stored_label
from shoal.contracts.answers import Answer
from shoal.contracts.labels import AnnotationSubmitted, GuidelineRef, LabelAccepted, LabelingJob
from shoal.contracts.samples import Content, SampleErased
from shoal.runtime.refusal import Refused
from shoal.samples import SampleFields
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.adapters.postgres.reports import PostgresReports
from shoal_qa.usecases.datasets import DatasetRequest, FreezeDataset
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.gold import AddGold, GoldItem
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.kafka
ADAPTER: TypeAdapter[Any] = TypeAdapter(Answer)
SECOND = GuidelineRef(major=2, minor=0)
CLASSES = [{"name": "a"}, {"name": "b"}]
IMAGE = Content(uri="media:" + "a" * 64, media_type="image/png", width=640, height=480)
TEXT = Content(text="Ich war in Zürich 🇨🇭 und aß.")
THREE = Content.model_validate({"prompt": "?", "candidates": [{"id": n, "text": n} for n in "abc"]})
TWO = Content.model_validate({"prompt": "?", "candidates": [{"id": n, "text": n} for n in "ab"]})


def boxes(left: float) -> dict[str, Any]:
    box = {"label": "a", "left": left, "top": 0.2, "right": left + 0.4, "bottom": 0.7}
    return {"kind": "boxes", "width": 640, "height": 480, "boxes": [box]}


def polygons(left: float) -> dict[str, Any]:
    points = [[left, 0.1], [left + 0.4, 0.1], [left + 0.4, 0.7], [left, 0.7]]
    return {
        "kind": "polygons", "width": 640, "height": 480, "polygons": [{"label": "a", "points": points}],
    }  # fmt: skip


def spans(start: int, end: int) -> dict[str, Any]:
    assert TEXT.text
    return {
        "kind": "spans",
        "spans": [{"label": "a", "start": start, "end": end, "text": TEXT.text[start:end]}],
    }


def ranking(*groups: str) -> dict[str, Any]:
    return {"kind": "ranking", "order": [list(group) for group in groups]}


# kind: label schema, content, two answers that agree, one that does not, one that does not fit
KINDS: dict[str, tuple[dict[str, Any], Content, Any, Any, Any, Any]] = {
    "multi_choice": (
        {"classes": CLASSES},
        TEXT,
        {"kind": "classes", "labels": ["a", "b"]},
        {"kind": "classes", "labels": ["b", "a"]},
        {"kind": "classes", "labels": []},
        {"kind": "classes", "labels": ["z"]},
    ),
    "boxes": ({"classes": CLASSES}, IMAGE, boxes(0.1), boxes(0.12), boxes(0.5), {"kind": "class", "label": "a"}),
    "polygons": ({"classes": CLASSES}, IMAGE, polygons(0.1), polygons(0.12), polygons(0.5), boxes(0.1)),
    "spans": (
        {"classes": CLASSES},
        TEXT,
        spans(4, 17),
        spans(4, 16),
        spans(0, 3),
        {"kind": "spans", "spans": [{"label": "a", "start": 11, "end": 17, "text": "Zurich"}]},
    ),
    "ranking": ({}, THREE, ranking("a", "bc"), ranking("a", "cb"), ranking("c", "b", "a"), ranking("a", "b")),
    "pair": (
        {},
        TWO,
        {"kind": "pair", "choice": "a"},
        {"kind": "pair", "choice": "a"},
        {"kind": "pair", "choice": None},
        {"kind": "pair", "choice": "c"},
    ),
    "number": (
        {"low": 0, "high": 10},
        TEXT,
        {"kind": "number", "value": 3.0},
        {"kind": "number", "value": 3.2},
        {"kind": "number", "value": 9},
        {"kind": "number", "value": 11},
    ),
    "rating": (
        {"low": 1, "high": 5},
        TEXT,
        {"kind": "rating", "value": 4},
        {"kind": "rating", "value": 4},
        {"kind": "rating", "value": 1},
        {"kind": "rating", "value": 6},
    ),
    "text": (
        {},
        TEXT,
        {"kind": "text", "text": "I was in Zurich and ate."},
        {"kind": "text", "text": "I was in Zürich and ate."},
        {"kind": "text", "text": "nothing"},
        {"kind": "text", "text": " "},
    ),
}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", list(KINDS))


async def begin(qa: Qa, kind: str, exhausted: str = "review") -> None:
    """Publish a guideline of the kind, as major 2 after one of single classes, and send two jobs."""
    document = {"title": "", "text": "", "label_schema": {"kind": kind, **KINDS[kind][0]}}
    event, is_new = await PostgresGuidelines(qa.pool).publish("news", document, NOON)
    assert (event.guideline, is_new) == (SECOND, True)
    rule = Rule(accept_probability=0.6, max_votes=3, exhausted=exhausted)
    await PostgresRules(qa.pool).put("news", rule, NOON)
    await qa.jobs([job(number, kind) for number in (1, 2)])


def job(number: int, kind: str) -> LabelingJob:
    return LabelingJob(
        project="news",
        job_id=f"k{number}",
        sample_id=f"s{number}",
        purpose="label",
        guideline=SECOND,
        content=KINDS[kind][1],
        votes=2,
        max_votes=3,
        requested_at=NOON,
    )


def vote(annotator: str, answer: Any, revision: int = 1, job_id: str = "k1") -> ReceivedAnnotation:
    event = AnnotationSubmitted(
        project="news",
        job_id=job_id,
        sample_id=f"s{job_id[1:]}",
        task_id="t",
        provider="crowd",
        annotator=annotator,
        annotation_id=f"{annotator}-{job_id}",
        revision=revision,
        action="deleted" if answer is None else "submitted" if revision == 1 else "updated",
        answer=answer,
        purpose="label",
        guideline=SECOND,
        submitted_at=NOON + timedelta(seconds=revision),
    )
    return ReceivedAnnotation(event, "0/1")


async def announced(qa: Qa) -> list[LabelAccepted]:
    rows = await qa.pool.fetch("SELECT value FROM outbox WHERE topic = 'labels.accepted' ORDER BY seq")
    return [LabelAccepted.model_validate_json(row["value"]) for row in rows]


@every_kind
async def test_votes_that_agree_give_a_label_with_its_answer(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    *_, one, other, _, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", other)])
    (event,) = await announced(qa)
    assert event.answer is not None
    sent = {canonical_answer(ADAPTER.validate_python(answer)) for answer in (one, other)}
    assert canonical_answer(event.answer) in sent
    assert (event.state, event.label, event.probability) == ("accepted", None, 1.0)
    assert event.evidence.method == ("majority" if kind in ("multi_choice", "pair", "rating") else "medoid")
    assert await qa.rows("SELECT label FROM labels") == [(stored_label(event.answer),)]


@every_kind
async def test_edits_and_deletions_count(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, other, apart, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", apart)])
    assert await announced(qa) == []
    await qa.annotations([vote("bob", other, 2)])
    await qa.annotations([vote("bob", None, 3)])
    assert [event.state for event in await announced(qa)] == ["accepted", "withdrawn"]
    assert (await announced(qa))[1].answer is None


@every_kind
async def test_an_answer_that_does_not_fit_is_rejected_alone(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, other, _, wrong = KINDS[kind]
    rejected = await qa.annotations([vote("ann", one), vote("eve", wrong), vote("bob", other)])
    assert [item.index for item in rejected] == [1]
    assert len(await announced(qa)) == 1


@every_kind
async def test_a_job_whose_votes_differ_is_settled_by_an_expert(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, _, apart, wrong = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", apart), vote("cy", {"kind": "skip"})])
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON)
    with pytest.raises(Refused):
        await decide("news", "k1", ADAPTER.validate_python(wrong), "eva")
    await decide("news", "k1", ADAPTER.validate_python(one), "eva")
    (event,) = await announced(qa)
    assert (event.probability, event.evidence.reviewed_by) == (1.0, "qa/eva")
    assert stored_label(event.answer) == stored_label(ADAPTER.validate_python(one))


@pytest.mark.parametrize(("exhausted", "state"), [("review", "review"), ("close", "closed")])
@every_kind
async def test_a_job_ends_when_its_votes_are_used_up(qa: Qa, kind: str, exhausted: str, state: str) -> None:
    await begin(qa, kind, exhausted)
    await PostgresRules(qa.pool).put(
        "news", Rule(accept_probability=0.9, max_votes=3, exhausted=exhausted), NOON
    )
    _, _, one, other, apart, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", apart)])
    assert await qa.rows("SELECT state, wanted FROM jobs WHERE job_id = 'k1'") == [("open", 3)]
    await qa.annotations([vote("cy", other)])
    assert await qa.rows("SELECT state, wanted FROM jobs WHERE job_id = 'k1'") == [(state, 3)]


@every_kind
async def test_gold_measures_annotators_within_the_tolerance(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, content, one, other, apart, wrong = KINDS[kind]
    add = AddGold(qa.database, PostgresGuidelines(qa.pool), lambda: NOON)
    with pytest.raises(Refused):
        await add("news", [GoldItem(content, ADAPTER.validate_python(wrong), SampleFields())], 3)
    await add("news", [GoldItem(content, ADAPTER.validate_python(one), SampleFields())], 3)
    row = await qa.pool.fetchrow("SELECT value FROM outbox WHERE topic = 'labeling.jobs'")
    gold = LabelingJob.model_validate_json(row["value"])
    assert gold.content == content
    await qa.jobs([gold])
    await qa.annotations([vote("ann", other, job_id=gold.job_id), vote("bob", apart, job_id=gold.job_id)])
    await qa.refit()()
    rows = await qa.rows("SELECT annotator, gold_right, gold_answered FROM annotators ORDER BY 1")
    assert rows == [("crowd/ann", 1, 1), ("crowd/bob", 0, 1)]


@every_kind
async def test_a_dataset_version_holds_the_answers(qa: Qa, kind: str, tmp_path: Any) -> None:
    await begin(qa, kind)
    _, _, one, other, _, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", other)])
    files = FsspecFiles(str(tmp_path))
    freeze = FreezeDataset(PostgresReports(qa.pool), files, PostgresRegistry(qa.pool), lambda: NOON)
    manifest, is_new = await freeze("news", DatasetRequest("all", {"train": 1.0}))
    assert is_new
    assert manifest["guideline"] == {"major": 2, "minor": 0}
    (line,) = next(tmp_path.rglob("data.jsonl")).read_bytes().splitlines()
    (event,) = await announced(qa)
    assert TypeAdapter(dict[str, Any]).validate_json(line)["answer"] == event.answer.model_dump(mode="json")  # type: ignore[union-attr]


@every_kind
async def test_erasure_leaves_no_answer_behind(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, _, one, other, _, _ = KINDS[kind]
    await qa.annotations([vote("ann", one), vote("bob", other)])
    event = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)
    await EraseSamples(qa.database, lambda: NOON)([event])
    labels = await qa.rows("SELECT state, label, answer FROM labels ORDER BY revision")
    assert labels == [("accepted", None, None), ("withdrawn", None, None)]
    assert await qa.rows("SELECT DISTINCT evidence ->> 'method' FROM labels") == [("erased",)]
