"""Answers that do not fit the schema or the content are refused with the field and the fix."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.answers import Problem, answer_problem, read_answer
from shoal.answers.choices import classes_by_name
from shoal.contracts.answers import NumberAnswer
from shoal.contracts.label_schemas import (
    BoxesSchema,
    LabelClass,
    LabelSchema,
    MultiChoiceSchema,
    NumberSchema,
    PairSchema,
    PolygonsSchema,
    RankingSchema,
    RatingSchema,
    SingleChoiceSchema,
    SpansSchema,
    TextSchema,
)
from shoal.contracts.samples import Content
from unit.answers.kinds import CLASSES, IMAGE, PASSAGE, PLAIN, TEXT, VALID, Case, candidates, spans

CHOICES = MultiChoiceSchema(classes=PLAIN, exclusive=(("wheat", "rice"),), most=2)
START = TEXT.index("Z")


def box(**changes: Any) -> dict[str, Any]:
    good = {"label": "wheat", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5}
    return {"kind": "boxes", "width": 640, "height": 480, "boxes": [good, {**good, **changes}]}


def polygon(*points: tuple[float, float]) -> dict[str, Any]:
    shape = {"label": "wheat", "points": [list(point) for point in points]}
    return {"kind": "polygons", "width": 640, "height": 480, "polygons": [shape]}


def span(start: int, end: int, text: str, label: str = "wheat") -> dict[str, Any]:
    return {"kind": "spans", "spans": [{"label": label, "start": start, "end": end, "text": text}]}


def order(*groups: str) -> dict[str, Any]:
    return {"kind": "ranking", "order": [list(group) for group in groups]}


BOXES, POLYGONS, SPANS = (
    BoxesSchema(classes=CLASSES),
    PolygonsSchema(classes=CLASSES),
    SpansSchema(classes=CLASSES),
)
NUMBER, THREE = NumberSchema(low=0, high=10, step=0.5), candidates(3)
WRONG: list[tuple[str, LabelSchema, dict[str, Any], Content, str]] = [
    ("unknown kind", BOXES, {"kind": "circles"}, IMAGE, "answer"),
    ("no kind", BOXES, {}, IMAGE, "answer"),
    ("other kind", BOXES, {"kind": "class", "label": "wheat"}, IMAGE, "answer.kind"),
    ("class", SingleChoiceSchema(classes=PLAIN), {"kind": "class", "label": "x"}, PASSAGE, "answer.label"),
    ("unknown class", CHOICES, {"kind": "classes", "labels": ["corn", "x"]}, PASSAGE, "answer.labels[1]"),
    ("class twice", CHOICES, {"kind": "classes", "labels": ["corn", "corn"]}, PASSAGE, "answer.labels[1]"),
    ("exclusive", CHOICES, {"kind": "classes", "labels": ["wheat", "rice"]}, PASSAGE, "answer.labels[1]"),
    ("many", CHOICES, {"kind": "classes", "labels": ["wheat", "corn", "rice"]}, PASSAGE, "answer.labels"),
    ("class of a box", BOXES, box(label="x"), IMAGE, "answer.boxes[1].label"),
    ("box outside", BOXES, box(right=1.1), IMAGE, "answer.boxes[1].right"),
    ("negative box", BOXES, box(top=-0.1), IMAGE, "answer.boxes[1].top"),
    ("inverted box", BOXES, box(left=0.4, right=0.1), IMAGE, "answer.boxes[1].right"),
    ("upside-down box", BOXES, box(top=0.5, bottom=0.2), IMAGE, "answer.boxes[1].bottom"),
    ("flat box", BOXES, box(right=0.1), IMAGE, "answer.boxes[1].right"),
    ("not a number", BOXES, box(left=float("nan")), IMAGE, "answer.boxes[1].left"),
    ("attribute", BOXES, box(attributes=["ripe"]), IMAGE, "answer.boxes[1].attributes[0]"),
    (
        "attribute of none",
        BOXES,
        box(label="corn", attributes=["negated"]),
        IMAGE,
        "answer.boxes[1].attributes[0]",
    ),
    ("many boxes", BoxesSchema(classes=CLASSES, most=1), box(), IMAGE, "answer.boxes"),
    ("box on a text", BOXES, box(), PASSAGE, "content"),
    ("line", POLYGONS, polygon((0, 0), (1, 1), (0, 0)), IMAGE, "answer.polygons[0].points"),
    ("no area", POLYGONS, polygon((0.1, 0.1), (0.2, 0.2), (0.3, 0.3)), IMAGE, "answer.polygons[0].points"),
    ("two points", POLYGONS, polygon((0, 0), (1, 1)), IMAGE, "answer.polygons[0].points"),
    ("point outside", POLYGONS, polygon((0, 0), (1, 1), (2, 0)), IMAGE, "answer.polygons[0].points[2][0]"),
    ("other text", SPANS, span(START, START + 6, "Zurich"), PASSAGE, "answer.spans[0].text"),
    ("shifted text", SPANS, span(START + 1, START + 7, "Zürich"), PASSAGE, "answer.spans[0].text"),
    ("empty span", SPANS, span(3, 3, ""), PASSAGE, "answer.spans[0].end"),
    ("end", SPANS, span(0, len(TEXT) + 1, TEXT), PASSAGE, "answer.spans[0].end"),
    ("class of a span", SPANS, span(START, START + 6, "Zürich", "x"), PASSAGE, "answer.spans[0].label"),
    ("span on an image", SPANS, span(0, 1, "I"), IMAGE, "content"),
    ("candidate missing", RankingSchema(), order("a", "b"), THREE, "answer.order"),
    ("candidate twice", RankingSchema(), order("ab", "ca"), THREE, "answer.order[1][1]"),
    ("unknown candidate", RankingSchema(), order("a", "z"), THREE, "answer.order[1][0]"),
    ("tie", RankingSchema(ties=False), order("a", "bc"), THREE, "answer.order[1]"),
    ("tied pair", PairSchema(ties=False), {"kind": "pair", "choice": None}, candidates(2), "answer.choice"),
    ("three in a pair", PairSchema(), {"kind": "pair", "choice": "a"}, THREE, "content.candidates"),
    ("low", NUMBER, {"kind": "number", "value": -1}, PASSAGE, "answer.value"),
    ("no step", NUMBER, {"kind": "number", "value": 3.3}, PASSAGE, "answer.value"),
    ("rating", RatingSchema(), {"kind": "rating", "value": 6}, PASSAGE, "answer.value"),
    ("half a rating", RatingSchema(), {"kind": "rating", "value": 2.5}, PASSAGE, "answer.value"),
    ("empty text", TextSchema(), {"kind": "text", "text": " \n"}, PASSAGE, "answer.text"),
    ("long text", TextSchema(most_characters=3), {"kind": "text", "text": "four"}, PASSAGE, "answer.text"),
    ("NUL", TextSchema(), {"kind": "text", "text": "a\x00"}, PASSAGE, "answer.text"),
]


@pytest.mark.parametrize(
    ("schema", "answer", "content", "field"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_an_answer_that_does_not_fit_is_refused_with_its_field(
    schema: LabelSchema, answer: dict[str, Any], content: Content, field: str
) -> None:
    problem = read_answer(answer, schema, content)
    assert isinstance(problem, Problem)
    assert problem.field == field
    assert problem.detail
    assert problem.fix


def test_an_outline_list_that_no_kafka_record_holds_is_refused() -> None:
    outline = [[index / 999, 0.123456] for index in range(999)] + [[0.5, 0.9]]
    shapes = [{"label": "wheat", "points": outline}] * 60
    problem = read_answer(
        {"kind": "polygons", "width": 640, "height": 480, "polygons": shapes}, POLYGONS, IMAGE
    )
    assert isinstance(problem, Problem)
    assert problem.field == "answer"


@pytest.mark.parametrize("part", ["🇨🇭", "👩‍🌾", "e\u0301", "नमस्ते", "\u0301"])
def test_offsets_count_code_points_of_emoji_and_combining_marks(part: str) -> None:
    start = TEXT.index(part)
    assert not isinstance(read_answer(span(start, start + len(part), part), SPANS, PASSAGE), Problem)
    wrong = read_answer(span(start, start + len(part) - 1 or start + 2, part), SPANS, PASSAGE)
    assert isinstance(wrong, Problem)


def test_spans_of_a_conversation_count_in_its_turns_with_their_roles() -> None:
    turns = [{"role": "user", "text": "🌾 in Köln?"}, {"role": "assistant", "text": "In Zürich."}]
    talk = Content.model_validate({"turns": turns})
    text = "user: 🌾 in Köln?\nassistant: In Zürich."
    start = text.index("Zürich")
    assert not isinstance(read_answer(span(start, start + 6, "Zürich"), SPANS, talk), Problem)
    problem = read_answer(span(3, 9, "Zürich"), SPANS, talk)
    assert isinstance(problem, Problem)
    assert problem.field == "answer.spans[0].text"


@given(spans(), st.integers(1, 3))
def test_a_span_whose_text_was_moved_is_refused(drawn: Any, shift: int) -> None:
    moved = read_answer(span(drawn.start + shift, drawn.end + shift, drawn.text), SPANS, PASSAGE)
    same = TEXT[drawn.start + shift : drawn.end + shift] == drawn.text
    assert isinstance(moved, Problem) != same


@given(st.lists(spans(), min_size=2, max_size=4))
def test_spans_that_overlap_are_refused_where_the_schema_forbids_it(drawn: list[Any]) -> None:
    answer = {"kind": "spans", "spans": [part.model_dump(mode="json") for part in drawn]}
    positions = [place for part in drawn for place in range(part.start, part.end)]
    problem = read_answer(answer, SpansSchema(classes=CLASSES, overlapping=False), PASSAGE)
    assert isinstance(problem, Problem) == (len(positions) != len(set(positions)))


@given(VALID["ranking"], st.data())
def test_a_ranking_without_one_of_its_candidates_is_refused(case: Case, data: st.DataObject) -> None:
    schema, answer, content = case
    absent = data.draw(st.sampled_from("abcd"))
    groups = [[name for name in group if name != absent] for group in answer.order]  # type: ignore[union-attr]
    problem = read_answer({"kind": "ranking", "order": [group for group in groups if group]}, schema, content)
    assert isinstance(problem, Problem)
    assert problem.field == "answer.order"


@given(VALID["number"])
def test_a_skip_fits_every_schema(case: Case) -> None:
    assert not isinstance(read_answer({"kind": "skip"}, case[0], case[2]), Problem)


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        (NumberSchema(low=0, high=1e9, step=0.01), 5e8 + 0.01, True),
        (NumberSchema(low=0, high=1e9, step=0.01), 5e8 + 0.005, False),
        (NumberSchema(low=1e9, high=2e9, step=0.01), 1e9 + 0.03, True),
        (NumberSchema(low=0, high=1, step=0.1), 0.1 + 0.2, True),
        (NumberSchema(low=0, high=0.3, step=0.1), 0.1 + 0.2, True),
        (NumberSchema(low=0, high=1e-6, step=1e-8), 5e-8, True),
        (NumberSchema(low=0, high=1e-6, step=1e-8), 5.5e-8, False),
        (NumberSchema(low=-1e15, high=1e15, step=5e-324), 1e15, True),
    ],
)
def test_steps_are_told_apart_at_every_size(schema: NumberSchema, value: float, *, fits: bool) -> None:
    problem = answer_problem(schema, NumberAnswer(value=value), PASSAGE)
    assert (problem is None) == fits


@pytest.mark.parametrize("size", [(480, 640), (320, 240), (5, 480)])
def test_an_answer_about_an_image_of_another_size_is_refused(size: tuple[int, int]) -> None:
    width, height = size
    problem = read_answer({**box(), "width": width, "height": height}, BOXES, IMAGE)
    assert isinstance(problem, Problem)
    assert problem.field == "answer.width"
    assert "640 x 480" in problem.fix


def test_an_image_of_unknown_size_has_the_answers() -> None:
    unknown = Content(uri="https://images.example.com/1.jpg", media_type="image/jpeg")
    assert not isinstance(read_answer({**box(left=0.2), "width": 9, "height": 7}, BOXES, unknown), Problem)


@pytest.mark.parametrize(("corner", "edge"), [(1.0000000000000002, 1.0), (1.000001, 1.0), (0.9999, 0.9999)])
def test_a_corner_beyond_the_edge_by_rounding_is_on_the_edge(corner: float, edge: float) -> None:
    answer = read_answer(box(left=-1e-12, right=corner), BOXES, IMAGE)
    assert not isinstance(answer, Problem)
    assert (answer.boxes[1].left, answer.boxes[1].right) == (0.0, edge)


@pytest.mark.parametrize(("name", "value"), [("right", 1.00001), ("left", -1e-5), ("right", True)])
def test_a_corner_that_is_outside_or_no_number_is_refused(name: str, value: object) -> None:
    problem = read_answer(box(**{name: value}), BOXES, IMAGE)
    assert isinstance(problem, Problem)
    assert problem.field == f"answer.boxes[1].{name}"


def test_a_rotated_box_is_refused_and_not_taken_for_an_upright_one() -> None:
    problem = read_answer(box(rotation=45), BOXES, IMAGE)
    assert isinstance(problem, Problem)
    assert problem.field == "answer.boxes[1]"
    assert "upright" in problem.detail
    assert not isinstance(read_answer(box(rotation=0, left=0.2), BOXES, IMAGE), Problem)


def test_the_classes_of_a_schema_are_prepared_once_for_all_its_answers() -> None:
    # A batch holds 500 answers and a schema 10,000 classes: preparing them for each held everybody up.
    first, second = ((LabelClass(name="a", definition=text),) for text in ("one", "two"))
    assert classes_by_name(first) is classes_by_name(first)
    assert [classes_by_name(classes)["a"].definition for classes in (first, second)] == ["one", "two"]
