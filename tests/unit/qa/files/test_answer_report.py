"""The report of `shoal qa consensus --shape`: confused classes, and drawings of the hardest tasks."""

import re
from pathlib import Path

import numpy as np
import pytest

from shoal.contracts.answers import (
    Box,
    BoxesAnswer,
    ClassesAnswer,
    NumberAnswer,
    Polygon,
    PolygonsAnswer,
    RatingAnswer,
    Span,
    SpansAnswer,
)
from shoal.contracts.label_schemas import (
    BoxesSchema,
    LabelClass,
    MultiChoiceSchema,
    NumberSchema,
    RatingSchema,
)
from shoal_qa.adapters.pages.drawings import draw_shapes
from shoal_qa.domain.votes.arrays import name_votes
from shoal_qa.usecases.files.answers.confused import confused_classes
from shoal_qa.usecases.files.answers.drawn import drawn_answers
from shoal_qa.usecases.files.texts.written import WrittenAnswers
from unit.qa.files.test_answer_consensus import SHAPES, labelled, write_project

CLASSES = tuple(LabelClass(name=name) for name in ("cod", "eel", "ray"))
COD = Box(label="cod", left=0.1, top=0.1, right=0.3, bottom=0.3)
RAY = Box(label="ray", left=0.6, top=0.6, right=0.9, bottom=0.9)
EEL = COD.model_copy(update={"label": "eel"})
NEAR = Box(label="cod", left=0.6, top=0.1, right=0.8, bottom=0.3)


def boxes(*objects: Box) -> BoxesAnswer:
    return BoxesAnswer(width=1, height=1, boxes=objects)


def written(schema: object, *answers: object) -> WrittenAnswers:
    return WrittenAnswers(schema=schema, answers=answers, write=str)  # type: ignore[arg-type]


def test_confused_classes_of_boxes_by_hand() -> None:
    """One vote calls the cod an eel; the other one adds a cod and lacks the ray."""
    named = name_votes([("t", "ann", "0"), ("t", "bob", "1")], ["0", "1"])
    votes = written(BoxesSchema(classes=CLASSES), boxes(EEL, RAY), boxes(COD, NEAR))
    confused = confused_classes(named, votes, [boxes(COD, RAY)])
    assert confused is not None
    assert list(confused.names) == ["cod", "eel", "ray", "nothing"]
    expected = np.zeros((4, 4))
    expected[0, 1] = expected[2, 2] = expected[0, 0] = expected[3, 0] = expected[2, 3] = 1
    assert (confused.counts == expected).all()


def test_confused_classes_of_sets_and_ratings_by_hand() -> None:
    named = name_votes([("t", "ann", "0"), ("t", "bob", "1"), ("t", "cat", "2")], ["0", "1", "2"])
    sets = [ClassesAnswer(labels=labels) for labels in (("cod", "ray"), ("eel", "ray"), ("cod",))]
    confused = confused_classes(named, written(MultiChoiceSchema(classes=CLASSES), *sets), [sets[0]])
    assert confused is not None
    assert confused.counts[0].tolist() == [2, 1, 0, 0]  # one eel instead of the cod
    assert confused.counts[2].tolist() == [0, 0, 2, 1]  # one ray left out
    ratings = [RatingAnswer(value=value) for value in (4, 4, 5)]
    confused = confused_classes(named, written(RatingSchema(), *ratings), [ratings[0]])
    assert confused is not None
    assert (list(confused.names), confused.counts.tolist()) == (["4", "5"], [[2, 1], [0, 0]])
    numbers = [NumberAnswer(value=1.0)] * 3
    assert confused_classes(named, written(NumberSchema(low=0, high=2), *numbers), [numbers[0]]) is None


def test_drawings_hold_what_each_annotator_marked_and_the_consensus() -> None:
    shapes = drawn_answers(boxes(COD), [("ann", boxes(COD, RAY)), ("bob <i>", boxes())])
    assert [(shape.by, shape.label, shape.merged) for shape in shapes] == [
        ("ann", "cod", False), ("ann", "ray", False), ("consensus", "cod", True),
    ]  # fmt: skip
    drawing = str(draw_shapes(shapes))
    assert drawing.count("<polygon") == 3
    assert "ann: ray" in drawing
    named = str(draw_shapes(drawn_answers(boxes(), [("bob <i>", boxes(COD))])))
    assert "<i>" not in named
    triangle = Polygon(label="cod", points=((0, 0), (0.5, 0), (0.5, 0.5)))
    outlines = PolygonsAnswer(width=1, height=1, polygons=(triangle,))
    assert [len(shape.points) for shape in drawn_answers(outlines, [])] == [3]
    assert drawn_answers(NumberAnswer(value=1), [("ann", NumberAnswer(value=2))]) == []
    assert draw_shapes([]) is None


def test_spans_are_bars_below_the_consensus() -> None:
    one, other = Span(label="cod", start=0, end=10, text=""), Span(label="cod", start=5, end=20, text="")
    shapes = drawn_answers(SpansAnswer(spans=(one,)), [("ann", SpansAnswer(spans=(other,)))])
    consensus, vote = sorted(shapes, key=lambda shape: not shape.merged)
    assert (consensus.points[0], consensus.points[1][0]) == ((0.0, 0.0), 0.5)
    assert (vote.points[0][0], vote.points[1][0]) == (0.25, 1.0)
    assert vote.points[0][1] > consensus.points[2][1]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_report_of_every_shape_shows_what_it_can(shape: str) -> None:
    write_project(shape)
    labelled(shape, "--gold", "gold.csv", "--report", "report.html")
    page = Path("report.html").read_text()
    has_classes = shape in ("multi", "rating", "boxes", "polygons", "spans")
    assert ("Which classes are confused" in page) == has_classes
    assert ("<i>nothing</i>" in page) == (has_classes and shape != "rating")
    drawn = len(re.findall("<polygon", page))
    assert (drawn > 15) == (shape in ("boxes", "polygons", "spans"))
    assert "How many labels can be accepted?" in page
    assert "http" not in page.replace("http-equiv", "")
