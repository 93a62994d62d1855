"""The reader of written answers: what it writes, it reads; odd texts are refused in one line."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shoal.answers import canonical_answer
from shoal.files.errors import BadInput
from shoal_qa.usecases.files.texts.shapes import SHAPES
from shoal_qa.usecases.files.texts.written_answers import read_written

OF_ANSWERS = [shape for shape in SHAPES if shape != "class"]
names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=6).map(
    str.strip
)
candidates = st.lists(names.filter(bool), min_size=2, max_size=5, unique=True)
numbers = st.one_of(
    st.integers(-500, 5000), st.floats(-500, 5000, allow_nan=False).map(lambda x: round(x, 3))
)
boxes = st.tuples(
    numbers, numbers, st.integers(1, 100), st.integers(1, 100), st.sampled_from(["cod", "eel", "a,b"])
)
spans = st.tuples(st.integers(0, 900), st.integers(1, 90), st.sampled_from(["cod", "eel"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=12,
)
texts_of_any_kind = st.one_of(
    st.text(min_size=1), json_values.map(json.dumps), st.text("[]{}<>=|,;\"' 0123456789.eE-ab", min_size=1)
)


def nowhere(number: int) -> str:
    return f"line {number}"


def near(one: Any, other: Any) -> Any:
    """Return whether two lists of JSON hold the same, numbers within the digits that are written."""
    if isinstance(one, list):
        return len(one) == len(other) and all(map(near, one, other))
    return one == pytest.approx(other, abs=0.02) if isinstance(one, (int, float)) else one == other


@pytest.mark.parametrize("shape", OF_ANSWERS)
@settings(max_examples=150, deadline=None)
@given(texts=st.lists(texts_of_any_kind, min_size=1, max_size=4))
@example(texts=["[" * 5000])
@example(texts=["9" * 5000])
@example(texts=["[[1e999, 0, 2, 3]]", "[[0, 0], [1, 1], [1e999, 2]]"])
def test_any_text_is_an_answer_or_refused_with_its_line(shape: str, texts: Sequence[str]) -> None:
    written, told = None, ""
    try:
        written = read_written(shape, texts, nowhere)
    except BadInput as error:
        told = str(error)
    if written is None:
        assert "line " in told
        return
    assert len(written.answers) == len(texts)
    again = read_written(shape, [written.write(answer) for answer in written.answers], nowhere)
    if shape not in ("boxes", "polygons", "spans", "number"):
        assert list(map(canonical_answer, again.answers)) == list(map(canonical_answer, written.answers))


@settings(max_examples=100, deadline=None)
@given(order=candidates, ties=st.booleans())
def test_rankings_and_pairs_keep_the_names_of_candidates(order: list[str], ties: bool) -> None:
    groups: list[Any] = [order[:2], *order[2:]] if ties else list(order)
    for shape, text in (
        ("ranking", json.dumps(groups)),
        ("pair", json.dumps([order[:2]] if ties else order[:2])),
    ):
        written = read_written(shape, [text], nowhere)
        (answer,) = read_written(shape, [written.write(written.answers[0])], nowhere).answers
        assert answer == written.answers[0]


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(boxes, max_size=4))
def test_boxes_and_outlines_are_written_as_they_were_read(rows: list[tuple[Any, ...]]) -> None:
    edges = [[x, y, x + width, y + height, name] for x, y, width, height, name in rows]
    outlines = [[[x, y], [right, y], [right, low], name] for x, y, right, low, name in edges]
    for shape, content in (("boxes", edges), ("polygons", outlines)):
        written = read_written(shape, [json.dumps(content), "[]"], nowhere)
        assert near(json.loads(written.write(written.answers[0])), content)
        assert written.write(written.answers[1]) == "[]"


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(spans, max_size=4), part=st.sampled_from([1, 4, 1000]))
def test_spans_of_characters_and_of_seconds_are_written_as_they_were_read(
    rows: list[tuple[Any, ...]], part: int
) -> None:
    content = [[start / part, (start + length) / part, name] for start, length, name in rows]
    written = read_written("spans", [json.dumps(content)], nowhere)
    assert near(json.loads(written.write(written.answers[0])), content)


def test_a_list_with_a_class_of_too_long_a_name_is_refused_with_its_line() -> None:
    with pytest.raises(BadInput, match=r"line 2: .* names a class of over 200 characters"):
        read_written("multi", ["a|b", "c|" + "x" * 201], lambda index: f"line {index + 1}")
