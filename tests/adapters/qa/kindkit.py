"""Answers of every kind: label schemas, contents, and answers that agree, differ, or do not fit."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from adapters.qa.qakit import NOON, Qa
from shoal.contracts.answers import Answer
from shoal.contracts.labels import AnnotationSubmitted, GuidelineRef, LabelAccepted, LabelingJob
from shoal.contracts.samples import Content
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.rules import Rule

ADAPTER: TypeAdapter[Any] = TypeAdapter(Answer)
SECOND = GuidelineRef(major=2, minor=0)
CLASSES = [{"name": "a"}, {"name": "b"}]
IMAGE = Content(uri="media:" + "a" * 64, media_type="image/png", width=640, height=480)
TEXT = Content(text="Ich war in Zürich 🇨🇭 und aß.")
THREE = Content.model_validate({"prompt": "?", "candidates": [{"id": n, "text": n} for n in "abc"]})
FOUR = Content.model_validate({"prompt": "?", "candidates": [{"id": n, "text": n} for n in "abcd"]})
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
    schema = {"kind": kind, **KINDS[kind][0]}
    document = {"title": "", "text": "", "label_schema": schema, "changes": {"all_asked_again": True}}
    event, is_new = await PostgresGuidelines(qa.pool).publish("news", document, NOON)
    assert (event.guideline, is_new) == (SECOND, True)
    rule = Rule(accept_probability=0.6, max_votes=3, exhausted=exhausted)
    await PostgresRules(qa.pool).put("news", rule, NOON)
    await qa.jobs([job(number, kind) for number in (1, 2)])


def job(number: int, kind: str, content: Content | None = None) -> LabelingJob:
    return LabelingJob(
        project="news",
        job_id=f"k{number}",
        sample_id=f"s{number}",
        purpose="label",
        guideline=SECOND,
        content=content or KINDS[kind][1],
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
