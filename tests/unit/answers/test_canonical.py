"""Answers survive every encoding, and equal answers have equal canonical texts."""

import json
from typing import Any

import orjson
import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from shoal.answers import (
    answer_problem,
    canonical_answer,
    describe_answer,
    parse_canonical,
    read_answer,
    stored_label,
)
from shoal.answers.canonical import canonical_points
from shoal.contracts.answers import (
    Answer,
    BoxesAnswer,
    ClassAnswer,
    ClassesAnswer,
    NumberAnswer,
    Polygon,
    PolygonsAnswer,
    SkipAnswer,
)
from unit.answers.kinds import VALID, Case, boxes, outlines, valid_cases

ADAPTER: TypeAdapter[Any] = TypeAdapter(Answer)


def facts_of(answer: Any) -> Any:
    """Return what no canonical text may lose, whatever the order: kind, labels, choice, words, order."""
    parts = [*getattr(answer, "boxes", ()), *getattr(answer, "polygons", ()), *getattr(answer, "spans", ())]
    objects = sorted((part.label, sorted(set(part.attributes)), getattr(part, "text", "")) for part in parts)
    order = [sorted(group) for group in getattr(answer, "order", ())]
    single = [getattr(answer, name, None) for name in ("label", "choice", "text")]
    return answer.kind, single, sorted(set(getattr(answer, "labels", ()))), objects, order


@pytest.mark.parametrize("kind", list(VALID))
def test_a_valid_answer_of_each_kind_is_accepted(kind: str) -> None:
    @given(VALID[kind])
    def check(case: Case) -> None:
        schema, answer, content = case
        assert answer.kind == kind
        assert answer_problem(schema, answer, content) is None

    check()


@given(valid_cases)
def test_an_answer_survives_json_and_msgpack(case: Case) -> None:
    schema, answer, content = case
    document = json.loads(orjson.dumps(answer.model_dump(mode="json")))
    assert read_answer(document, schema, content) == answer
    assert ADAPTER.validate_python(ormsgpack.unpackb(ormsgpack.packb(answer.model_dump()))) == answer


@given(valid_cases)
def test_the_canonical_text_of_a_canonical_form_is_the_same_and_still_fits(case: Case) -> None:
    schema, answer, content = case
    text = canonical_answer(answer)
    assert facts_of(parse_canonical(text)) == facts_of(answer)
    assert canonical_answer(parse_canonical(text)) == text
    assert answer_problem(schema, parse_canonical(text), content) is None


@given(st.lists(boxes(), max_size=5), st.randoms())
def test_the_order_of_boxes_does_not_matter(drawn: list[Any], random: Any) -> None:
    mixed = random.sample(drawn, len(drawn))
    texts = {canonical_answer(BoxesAnswer(width=1, height=1, boxes=tuple(order))) for order in (drawn, mixed)}
    assert len(texts) == 1


@given(outlines, st.integers(0, 7), st.booleans())
def test_an_outline_may_start_anywhere_in_either_direction(
    points: list[tuple[float, float]], start: int, is_reversed: bool
) -> None:
    listed = [list(point) for point in points]
    start %= len(listed)
    other = listed[start:] + listed[:start]
    assert canonical_points(other[::-1] if is_reversed else other) == canonical_points(listed)


def test_an_outline_that_returns_to_its_first_point_is_the_same_one() -> None:
    points = [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5)]
    shapes = [points, [*points, points[0]], [points[0], points[0], *points[1:]]]
    polygons = [(Polygon(label="x", points=tuple(shape)),) for shape in shapes]
    texts = {canonical_answer(PolygonsAnswer(width=1, height=1, polygons=part)) for part in polygons}
    assert len(texts) == 1


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5]), st.just(0.0)), min_size=1, max_size=12))
def test_an_outline_begins_where_its_list_is_the_least_of_all(points: list[tuple[float, float]]) -> None:
    listed = [list(point) for point in points]
    turns = [way[at:] + way[:at] for way in (listed, listed[::-1]) for at in range(len(listed))]
    assert canonical_points(listed) == min(turns)


class CountedPoint(list[float]):
    """A point that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        CountedPoint.compared += 1
        return super().__eq__(other)

    __hash__ = None


def test_an_outline_of_a_thousand_equal_corners_takes_few_comparisons() -> None:
    CountedPoint.compared = 0
    canonical_points(
        [CountedPoint((0, 0)) for _ in range(998)] + [CountedPoint((1, 0)), CountedPoint((1, 1))]
    )
    assert 0 < CountedPoint.compared < 10_000


@given(valid_cases, valid_cases)
def test_different_answers_have_different_texts(one: Case, other: Case) -> None:
    if facts_of(one[1]) != facts_of(other[1]):
        assert canonical_answer(one[1]) != canonical_answer(other[1])


def test_zero_has_no_sign() -> None:
    assert canonical_answer(NumberAnswer(value=-0.0)) == '{"kind":"number","value":0.0}'
    assert canonical_answer(NumberAnswer(value=0.1 + 0.2)) == canonical_answer(NumberAnswer(value=0.3))


def test_a_database_keeps_the_name_of_a_class_and_the_text_of_other_answers() -> None:
    assert stored_label(ClassAnswer(label="wheat")) == "wheat"
    assert stored_label(ClassesAnswer(labels=("b", "a"))) == '{"kind":"classes","labels":["a","b"]}'
    assert stored_label(SkipAnswer(reason="dark")) is None
    assert stored_label(None) is None


@given(valid_cases)
def test_a_description_is_short(case: Case) -> None:
    assert 1 <= len(describe_answer(case[1])) <= 80


def test_descriptions_say_what_was_answered() -> None:
    box = {"label": "rockfish", "left": 0, "top": 0, "right": 0.5, "bottom": 0.5}
    expected = {
        "2 boxes: 2 rockfish": {"kind": "boxes", "width": 9, "height": 9, "boxes": [box, box]},
        "b > a = c": {"kind": "ranking", "order": [["b"], ["a", "c"]]},
        "a tie": {"kind": "pair", "choice": None},
        "none of the classes": {"kind": "classes", "labels": []},
        "skipped: too dark": {"kind": "skip", "reason": "too dark"},
    }
    assert {text: describe_answer(ADAPTER.validate_python(value)) for text, value in expected.items()} == {
        text: text for text in expected
    }


@pytest.mark.parametrize("value", [5e-8, 1e-300, 123456789.123456, -2.5e-7])
def test_a_small_number_keeps_its_digits(value: float) -> None:
    assert parse_canonical(canonical_answer(NumberAnswer(value=value))) == NumberAnswer(value=value)


def test_numbers_that_differ_by_rounding_are_equal() -> None:
    assert canonical_answer(NumberAnswer(value=0.1 + 0.2)) == canonical_answer(NumberAnswer(value=0.3))
