"""Every door takes answers of every label type, and refuses those that do not fit with field and fix."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.doors.doorkit import DOORS, Doors, job_of, open_doors, path_of
from answerkit import BAD, CLASSES, PLAIN, TYPES, same_answer
from shoal_local.stack import Stack

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]
Running = tuple[asyncio.Runner, Doors]


@pytest.fixture(scope="module")
def running(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with open_doors(stack, tmp_path_factory.mktemp("datasets")) as opened:
        yield opened


@pytest.mark.parametrize(("kind", "name"), BAD)
@pytest.mark.parametrize("door", DOORS)
def test_an_answer_that_does_not_fit_is_refused_with_its_field(
    running: Running, door: str, kind: str, name: str
) -> None:
    runner, doors = running
    answer, field = TYPES[kind].bad[name]
    refusal = runner.run(DOORS[door](doors, kind, answer))
    assert refusal is not None
    assert refusal.field == field, refusal.text


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("door", DOORS)
def test_an_answer_that_fits_passes(running: Running, door: str, kind: str) -> None:
    runner, doors = running
    assert runner.run(DOORS[door](doors, kind, TYPES[kind].answer)) is None


@pytest.mark.parametrize("kind", TYPES)
def test_a_class_that_does_not_fit_is_refused_as_the_label_that_it_was_sent_as(
    running: Running, kind: str
) -> None:
    runner, doors = running
    bodies = {
        "gold": ({"items": [{"content": TYPES[kind].content, "label": "wheet"}]}, "items[0].label"),
        f"reviews/{job_of(kind)}": ({"label": "wheet", "reviewer": "eva"}, "label"),
    }
    for path, (body, field) in bodies.items():
        response = runner.run(doors.qa_http.post(f"{path_of(kind)}/{path}", json=body))
        assert (response.status_code, response.json()["field"]) == (422, field), response.text


@pytest.mark.parametrize("kind", TYPES)
def test_gold_and_reviews_come_back_as_they_were_sent(running: Running, kind: str) -> None:
    runner, doors = running
    answer, other = TYPES[kind].answer, TYPES[kind].other
    assert runner.run(doors.gold(kind, answer)) is None
    (item,) = runner.run(doors.qa_http.get(f"{path_of(kind)}/gold")).json()["items"]
    assert same_answer(item["answer"], answer)
    for decided in (answer, other):
        body = {"answer": decided, "reviewer": "eva"}
        response = runner.run(doors.qa_http.post(f"{path_of(kind)}/reviews/{job_of(kind)}", json=body))
        assert response.status_code == 200, response.text
        assert same_answer(response.json()["answer"], decided)
        (label,) = runner.run(doors.qa_http.get(f"{path_of(kind)}/labels?include=votes")).json()["labels"]
        assert same_answer(label["answer"], decided)
        assert label["evidence"]["reviewed_by"] == "qa/eva"


@pytest.mark.parametrize("kind", TYPES)
def test_a_guideline_comes_back_as_it_was_published(running: Running, kind: str) -> None:
    runner, doors = running
    body = {"title": kind, "label_schema": TYPES[kind].schema}
    again = runner.run(doors.qa_http.post(f"{path_of(kind)}/guidelines", json=body))
    assert (again.status_code, again.json()["guideline"]) == (200, {"major": 1, "minor": 0})
    schema = runner.run(doors.qa_http.get(f"{path_of(kind)}/guidelines/current")).json()["label_schema"]
    assert schema["kind"] == kind
    names = [item["name"] for item in TYPES[kind].schema.get("classes", [])]
    assert [item["name"] for item in schema.get("classes", [])] == names


BAD_SCHEMAS: list[tuple[str, dict[str, Any], str]] = [
    ("kind", {"kind": "circles"}, "label_schema"),
    ("classes", {"kind": "boxes"}, "label_schema.classes"),
    ("no class", {"kind": "spans", "classes": []}, "label_schema.classes"),
    ("misspelled", {"kind": "polygons", "classes": CLASSES, "mots": 3}, "label_schema.mots"),
    (
        "misspelled in a class",
        {"kind": "single_choice", "classes": [{"name": "a", "color": "#ffffff"}]},
        "label_schema.classes[0].color",
    ),
    ("class twice", {"kind": "boxes", "classes": [*CLASSES, CLASSES[0]]}, "label_schema.classes[2].name"),
    (
        "shortcut twice",
        {"kind": "spans", "classes": [{"name": n, "shortcut": "1"} for n in "ab"]},
        "label_schema.classes[1].shortcut",
    ),
    (
        "attributes of choices",
        {"kind": "multi_choice", "classes": CLASSES},
        "label_schema.classes[0].attributes",
    ),
    (
        "class of a group",
        {"kind": "multi_choice", "classes": PLAIN, "exclusive": [["wheat", "oats"]]},
        "label_schema.exclusive[0][1]",
    ),
    ("range", {"kind": "number", "low": 5, "high": 5}, "label_schema.high"),
    ("step", {"kind": "number", "low": 0, "high": 5, "step": 0}, "label_schema.step"),
    ("scale", {"kind": "rating", "low": 1, "high": 40}, "label_schema.high"),
    ("name of a rating", {"kind": "rating", "names": {"9": "superb"}}, "label_schema.names.9"),
    ("classes of a pair", {"kind": "pair", "classes": PLAIN}, "label_schema.classes"),
    ("length", {"kind": "text", "most_characters": 0}, "label_schema.most_characters"),
]


@pytest.mark.parametrize(
    ("schema", "field"), [case[1:] for case in BAD_SCHEMAS], ids=[case[0] for case in BAD_SCHEMAS]
)
def test_a_label_schema_that_cannot_be_used_is_refused_with_its_field(
    running: Running, schema: dict[str, Any], field: str
) -> None:
    runner, doors = running
    path = f"{path_of('boxes')}/guidelines"
    response = runner.run(doors.qa_http.post(path, json={"label_schema": schema}))
    assert (response.status_code, response.json()["field"]) == (422, field), response.text
    assert response.json()["fix"]
    assert len(runner.run(doors.qa_http.get(path)).json()["guidelines"]) == 1


@pytest.mark.parametrize("kind", TYPES)
def test_a_target_precision_can_be_asked_of_every_kind(running: Running, kind: str) -> None:
    runner, doors = running
    path, body = f"{path_of(kind)}/rule", {"target_precision": 0.9}
    before = runner.run(doors.qa_http.get(path)).json()
    preview = runner.run(doors.qa_http.post(f"{path}/preview", json=body))
    assert preview.status_code == 200, preview.text
    answer = runner.run(doors.qa_http.put(path, json=body))
    assert (answer.status_code, answer.json()["target_precision"]) == (200, 0.9), answer.text
    runner.run(doors.qa_http.put(path, json=before))
