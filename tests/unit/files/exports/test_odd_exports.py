"""Exports with anything in the place of a value: votes, or one line of what is wrong; never a traceback."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.files.errors import BadInput
from shoal_qa.usecases.files.texts.shapes import SHAPES
from unit.files.exports.exportskit import ANN, BOB, annotation, rectangle, task, votes_in
from unit.files.exports.test_answer_exports import CVAT, RESULTS, coco

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**20),
    st.floats(width=32),
    st.text(max_size=4),
    st.sampled_from(["x", "points", "closed", "choices", "12", 10**400, -(10**400)]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places_of(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a document."""
    here = [path] if path else []
    if not isinstance(document, (dict, list)):
        return here
    rows = document.items() if isinstance(document, dict) else enumerate(document)
    return here + [place for key, value in rows for place in places_of(value, (*path, key))]


def with_odd_values(draw: st.DrawFn, document: Any) -> Any:
    """Return the document with other values, or none, in some of its places."""
    document = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 3))):
        places = places_of(document)
        if not places:
            break
        *path, last = draw(st.sampled_from(places))
        holder = document
        for key in path:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(values)
        else:
            del holder[last]
    return document


@st.composite
def label_studio_exports(draw: st.DrawFn) -> tuple[str, Any]:
    shape, result, _ = draw(st.sampled_from(RESULTS))
    people = [annotation(ANN, result), annotation(BOB, result, rectangle())]
    return shape, with_odd_values(draw, [task(1, *people), task(2, annotation(ANN, result))])


@st.composite
def coco_files(draw: st.DrawFn) -> Any:
    return with_odd_values(draw, coco())


@st.composite
def cvat_files(draw: st.DrawFn) -> str:
    odd = st.sampled_from(["", "nan", "inf", "-1", "1e999", "1,2", "1,2;3,4;5,6", "x", "1;2"])
    names = st.sampled_from(["name", "label", "points", "xtl", "ytl", "xbr", "ybr", "rotation", "source"])
    shapes = st.sampled_from(["box", "polygon", "tag", "mask", "attribute"])

    def element(name: str, attributes: dict[str, str]) -> str:
        return f"<{name} {' '.join(f'{key}={quoteattr(value)}' for key, value in attributes.items())}/>"

    attributes = st.dictionaries(names, odd, max_size=6)
    parts = draw(st.lists(st.builds(element, shapes, attributes), max_size=4))
    image = element("image", draw(attributes))[:-2]
    return CVAT.format(images=f"{image}>{''.join(parts)}</image>")


def read_quietly(content: str, name: str, shape: str) -> None:
    """Read votes; a refusal names the file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_text(content, encoding="utf-8", errors="surrogatepass")
        told = ""
        try:
            votes_in(file, shape=shape)
        except BadInput as error:
            told = str(error)
        assert not told or name in told


@settings(max_examples=300, deadline=None)
@given(label_studio_exports())
def test_odd_exports_of_label_studio_are_read_or_refused(export: tuple[str, Any]) -> None:
    shape, content = export
    read_quietly(json.dumps(content), "a.json", shape)


@settings(max_examples=200, deadline=None)
@given(coco_files(), st.sampled_from(["boxes", "polygons"]))
def test_odd_coco_files_are_read_or_refused(content: Any, shape: str) -> None:
    read_quietly(json.dumps(content), "a.json", shape)


@settings(max_examples=200, deadline=None)
@given(cvat_files(), st.sampled_from(["boxes", "polygons", "class"]))
def test_odd_cvat_files_are_read_or_refused(content: str, shape: str) -> None:
    read_quietly(content, "a.xml", shape)


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=40, deadline=None)
@given(content=values)
def test_any_json_is_read_or_refused(shape: str, content: Any) -> None:
    read_quietly(json.dumps(content), "a.json", shape)
