"""Of every label type: a schema, a content, answers that fit, and answers that every door must refuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from pydantic import TypeAdapter

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer

Json = dict[str, Any]
_ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)
SHA256 = "cd" * 32
TEXT = "Zürich 🌾 ships wheat"
CLASSES = [{"name": "wheat", "attributes": ["occluded"]}, {"name": "corn"}]
PLAIN = [{"name": "wheat"}, {"name": "corn"}, {"name": "rice"}]
IMAGE = {"uri": f"media:{SHA256}", "sha256": SHA256, "media_type": "image/png", "width": 64, "height": 48}
BOX = {"label": "wheat", "left": 0.1, "top": 0.2, "right": 0.5, "bottom": 0.6, "attributes": []}
TRIANGLE = [[0.1, 0.1], [0.6, 0.1], [0.6, 0.7]]


def candidates(names: str) -> Json:
    """Return a prompt with one candidate of each letter."""
    return {"prompt": "Which grain?", "candidates": [{"id": name, "text": f"grain {name}"} for name in names]}


def boxes(*items: Json) -> Json:
    """Return an answer of boxes."""
    return {"kind": "boxes", "width": 64, "height": 48, "boxes": list(items)}


def polygon(points: Sequence[Sequence[float]], label: str = "wheat") -> Json:
    """Return an answer of one outline."""
    shape = {"label": label, "points": [list(point) for point in points], "attributes": []}
    return {"kind": "polygons", "width": 64, "height": 48, "polygons": [shape]}


def span(start: int, end: int, text: str, label: str = "wheat") -> Json:
    """Return an answer of one span."""
    shape = {"label": label, "start": start, "end": end, "text": text, "attributes": []}
    return {"kind": "spans", "spans": [shape]}


def ranking(*groups: str) -> Json:
    """Return a ranking; the letters of a group are tied."""
    return {"kind": "ranking", "order": [list(group) for group in groups]}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelType:
    """A label type.

    other: an answer that differs from `answer`. bad: answers and their field at fault, by name. prediction:
    what a model says of the content.
    """

    schema: Json
    content: Json
    answer: Json
    other: Json
    bad: Mapping[str, tuple[Json, str]]
    prediction: Json


OTHER_KIND = {"other kind": ({"kind": "text", "text": "wheat"}, "answer.kind")}
TYPES: Mapping[str, LabelType] = {
    "single_choice": LabelType(
        schema={"kind": "single_choice", "classes": PLAIN},
        content={"text": TEXT},
        answer={"kind": "class", "label": "wheat"},
        other={"kind": "class", "label": "corn"},
        bad={**OTHER_KIND, "class": ({"kind": "class", "label": "wheet"}, "answer.label")},
        prediction={"label": "wheat", "scores": {"wheat": 0.6, "corn": 0.4}},
    ),
    "multi_choice": LabelType(
        schema={"kind": "multi_choice", "classes": PLAIN, "exclusive": [["wheat", "rice"]], "most": 2},
        content={"text": TEXT},
        answer={"kind": "classes", "labels": ["wheat", "corn"]},
        other={"kind": "classes", "labels": []},
        bad={
            **OTHER_KIND,
            "class": ({"kind": "classes", "labels": ["corn", "x"]}, "answer.labels[1]"),
            "exclusive": ({"kind": "classes", "labels": ["wheat", "rice"]}, "answer.labels[1]"),
            "too many": ({"kind": "classes", "labels": ["wheat", "corn", "rice"]}, "answer.labels"),
        },
        prediction={"labels": ["wheat"], "scores": {"wheat": 0.9, "corn": 0.3}},
    ),
    "boxes": LabelType(
        schema={"kind": "boxes", "classes": CLASSES},
        content=IMAGE,
        answer=boxes(BOX, {**BOX, "label": "corn", "left": 0.2}),
        other=boxes(),
        bad={
            **OTHER_KIND,
            "class": (boxes(BOX, {**BOX, "label": "x"}), "answer.boxes[1].label"),
            "outside the image": (boxes(BOX, {**BOX, "right": 1.2}), "answer.boxes[1].right"),
            "negative": (boxes({**BOX, "top": -0.1}), "answer.boxes[0].top"),
            "inverted": (boxes({**BOX, "left": 0.9}), "answer.boxes[0].right"),
            "attribute": (boxes({**BOX, "attributes": ["ripe"]}), "answer.boxes[0].attributes[0]"),
        },
        prediction={"boxes": [{"label": "wheat", "left": 0.1, "top": 0.2, "right": 0.5, "bottom": 0.6}]},
    ),
    "polygons": LabelType(
        schema={"kind": "polygons", "classes": CLASSES},
        content=IMAGE,
        answer=polygon(TRIANGLE),
        other=polygon([[0.7, 0.7], [0.9, 0.7], [0.9, 0.9]]),
        bad={
            **OTHER_KIND,
            "class": (polygon(TRIANGLE, "x"), "answer.polygons[0].label"),
            "outside the image": (
                polygon([*TRIANGLE[:2], [0.6, 1.7]]),
                "answer.polygons[0].points[2][1]",
            ),
            "line": (polygon([*TRIANGLE[:2], TRIANGLE[0]]), "answer.polygons[0].points"),
            "three points of a line": (
                polygon([[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]),
                "answer.polygons[0].points",
            ),
        },
        prediction={"polygons": [{"label": "wheat", "points": TRIANGLE, "score": 0.7}]},
    ),
    "spans": LabelType(
        schema={"kind": "spans", "classes": CLASSES},
        content={"text": TEXT},
        answer=span(0, 6, "Zürich"),
        other=span(9, 14, "ships"),
        bad={
            **OTHER_KIND,
            "class": (span(0, 6, "Zürich", "x"), "answer.spans[0].label"),
            "other text": (span(0, 6, "Zurich"), "answer.spans[0].text"),
            "UTF-16 offsets": (span(10, 15, "ships"), "answer.spans[0].text"),
            "after the text": (span(15, 99, "wheat"), "answer.spans[0].end"),
            "empty": (span(3, 3, ""), "answer.spans[0].end"),
        },
        prediction={"spans": [{"label": "wheat", "start": 0, "end": 6, "score": 0.8}]},
    ),
    "ranking": LabelType(
        schema={"kind": "ranking", "criterion": "helpfulness"},
        content=candidates("abc"),
        answer=ranking("b", "ac"),
        other=ranking("c", "a", "b"),
        bad={
            **OTHER_KIND,
            "candidate missing": (ranking("a", "b"), "answer.order"),
            "unknown candidate": (ranking("a", "b", "cz"), "answer.order[2][1]"),
            "candidate twice": (ranking("a", "b", "ca"), "answer.order[2][1]"),
        },
        prediction={"candidate_scores": {"a": 0.1, "b": 0.7, "c": 0.2}},
    ),
    "pair": LabelType(
        schema={"kind": "pair"},
        content=candidates("ab"),
        answer={"kind": "pair", "choice": "a"},
        other={"kind": "pair", "choice": None},
        bad={**OTHER_KIND, "unknown candidate": ({"kind": "pair", "choice": "c"}, "answer.choice")},
        prediction={"candidate_scores": {"a": 0.6, "b": 0.4}},
    ),
    "number": LabelType(
        schema={"kind": "number", "low": -10, "high": 10, "step": 0.5},
        content={"text": TEXT},
        answer={"kind": "number", "value": 3.5},
        other={"kind": "number", "value": -9},
        bad={
            **OTHER_KIND,
            "range": ({"kind": "number", "value": 11}, "answer.value"),
            "step": ({"kind": "number", "value": 3.4}, "answer.value"),
        },
        prediction={"number": {"value": 3.5, "low": 3.0, "high": 4.0}},
    ),
    "rating": LabelType(
        schema={"kind": "rating", "low": 1, "high": 5},
        content={"text": TEXT},
        answer={"kind": "rating", "value": 4},
        other={"kind": "rating", "value": 1},
        bad={
            **OTHER_KIND,
            "range": ({"kind": "rating", "value": 6}, "answer.value"),
            "half": ({"kind": "rating", "value": 3.5}, "answer.value"),
        },
        prediction={"number": {"value": 4}},
    ),
    "text": LabelType(
        schema={"kind": "text", "most_characters": 40},
        content={"text": TEXT},
        answer={"kind": "text", "text": "Zürich sends grain."},
        other={"kind": "text", "text": "nothing"},
        bad={
            "other kind": ({"kind": "number", "value": 1}, "answer.kind"),
            "empty": ({"kind": "text", "text": " \n"}, "answer.text"),
            "too long": ({"kind": "text", "text": "grain " * 9}, "answer.text"),
        },
        prediction={"text": "grain"},
    ),
}
BAD = [(kind, name) for kind, label_type in TYPES.items() for name in label_type.bad]


def project_of(kind: str) -> str:
    """Return the name of a kind's project."""
    return kind.replace("_", "-")


def same_answer(one: Any, other: Any) -> bool:
    """Return whether two answers as JSON are equal; a number that is merged is exact to 12 decimals."""
    first, second = (_ANSWER.validate_python(answer) for answer in (one, other))
    if first.kind == second.kind == "number":
        return isclose(first.value, second.value, rel_tol=1e-12, abs_tol=1e-12)
    return canonical_answer(first) == canonical_answer(second)
