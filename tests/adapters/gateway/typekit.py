"""A label schema, a content and answers of every kind."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

NAMES = ("wheat", "corn", "größe 🌾")
SHA256 = "ab" * 32
TEXT = "Berlin 🌾 and Kraków ship wheat"
CLASSES = [
    {"name": NAMES[0], "attributes": ["occluded", "small"], "definition": "A *grain*.", "colour": "#aa8800"},
    {"name": NAMES[1], "attributes": ["occluded"], "shortcut": "c"},
    {"name": NAMES[2]},
]
IMAGE = {"uri": f"media:{SHA256}", "sha256": SHA256, "media_type": "image/png", "width": 640, "height": 480}
CANDIDATES = [{"id": name, "text": f"answer {name}", "model": "secret"} for name in ("a", "b", "c")]
SCHEMAS: Mapping[str, dict[str, Any]] = {
    "single_choice": {"kind": "single_choice", "classes": CLASSES},
    "multi_choice": {"kind": "multi_choice", "classes": CLASSES, "exclusive": [NAMES[1:]], "most": 2},
    "boxes": {"kind": "boxes", "classes": CLASSES},
    "polygons": {"kind": "polygons", "classes": CLASSES},
    "spans": {"kind": "spans", "classes": CLASSES},
    "ranking": {"kind": "ranking", "criterion": "helpfulness"},
    "pair": {"kind": "pair"},
    "number": {"kind": "number", "low": -10, "high": 10, "unit": "t"},
    "rating": {"kind": "rating", "low": 1, "high": 5, "names": {"1": "bad"}},
    "text": {"kind": "text", "most_characters": 200},
}
CONTENTS: Mapping[str, dict[str, Any]] = {
    "boxes": IMAGE,
    "polygons": IMAGE,
    "ranking": {"prompt": "Which grain?", "candidates": CANDIDATES},
    "pair": {"turns": [{"role": "user", "text": "Which grain?"}], "candidates": CANDIDATES[:2]},
}
PLAIN = {"text": TEXT}

coordinates = st.floats(0, 0.9)
sides = st.floats(0.01, 0.1)
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@st.composite
def rectangles(draw: st.DrawFn) -> tuple[float, float, float, float]:
    left, top = draw(coordinates), draw(coordinates)
    return left, top, left + draw(sides), top + draw(sides)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    label = draw(st.sampled_from(CLASSES))
    allowed: list[str] = label.get("attributes", [])  # type: ignore[assignment]
    attributes = draw(st.lists(st.sampled_from(allowed), unique=True)) if allowed else []
    return {"label": label["name"], "attributes": attributes}


@st.composite
def boxes(draw: st.DrawFn) -> dict[str, Any]:
    left, top, right, bottom = draw(rectangles())
    return {**draw(objects()), "left": left, "top": top, "right": right, "bottom": bottom}


@st.composite
def polygons(draw: st.DrawFn) -> dict[str, Any]:
    left, top, right, bottom = draw(rectangles())
    outline = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return {**draw(objects()), "points": outline[: draw(st.integers(3, 4))]}


@st.composite
def spans(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.integers(0, len(TEXT) - 1))
    end = draw(st.integers(start + 1, len(TEXT)))
    return {**draw(objects()), "start": start, "end": end, "text": TEXT[start:end]}


@st.composite
def rankings(draw: st.DrawFn) -> list[list[str]]:
    names = draw(st.permutations(["a", "b", "c"]))
    cuts = sorted(draw(st.sets(st.integers(1, 2))))
    edges = [0, *cuts, 3]
    return [names[begin:end] for begin, end in pairwise(edges)]


def shapes(kind: str, one: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    of_image = {"width": st.just(640), "height": st.just(480)} if kind != "spans" else {}
    items = st.lists(one, max_size=5, unique_by=repr)
    return st.fixed_dictionaries({"kind": st.just(kind), **of_image, kind: items})


ANSWERS: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "single_choice": st.sampled_from([{"kind": "class", "label": name} for name in NAMES]),
    "multi_choice": st.sampled_from([[], [NAMES[0]], [NAMES[2], NAMES[0]], [NAMES[1]]]).map(
        lambda labels: {"kind": "classes", "labels": labels}
    ),
    "boxes": shapes("boxes", boxes()),
    "polygons": shapes("polygons", polygons()),
    "spans": shapes("spans", spans()),
    "ranking": rankings().map(lambda order: {"kind": "ranking", "order": order}),
    "pair": st.sampled_from(["a", "b", None]).map(lambda choice: {"kind": "pair", "choice": choice}),
    "number": st.floats(-10, 10).map(lambda value: {"kind": "number", "value": value}),
    "rating": st.integers(1, 5).map(lambda value: {"kind": "rating", "value": value}),
    "text": words.map(lambda text: {"kind": "text", "text": f"a {text} z"}),
}
