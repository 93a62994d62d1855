"""Answers of people and models: one kind per label type, discriminated by `kind`."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from shoal.contracts.base import Id, Label, Name, Phrase, Sentence, Text, Value
from shoal.outlines import is_rotated

MOST_OBJECTS = 1000
MOST_POINTS = 1000
MOST_CANDIDATES = 100
MOST_PIXELS = 100_000  # per side
LARGEST_NUMBER = 1e15
ROUNDING = 1e-6
"""A coordinate is that far outside the image by rounding: answers are compared to six digits."""


def _check_number(value: Any) -> Any:
    """Return the value. Raises ValueError for what pydantic takes for numbers: true for 1, "1_0" for 10."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    if isinstance(value, str) and "_" in value:
        raise ValueError("must be a number, without _ between its digits")
    return value


def _clip_rounding(value: Any) -> Any:
    """Return the edge for a coordinate beyond it by no more than rounding; other values unchanged."""
    if isinstance(value, float):
        if -ROUNDING <= value < 0:
            return 0.0
        return 1.0 if 1 < value <= 1 + ROUNDING else value
    return _check_number(value)


Coordinate = Annotated[float, Field(ge=0, le=1), BeforeValidator(_clip_rounding)]
"""Relative to the image as people see it: x from the left edge, y from the top edge."""

Pixels = Annotated[int, Field(ge=1, le=MOST_PIXELS), BeforeValidator(_check_number)]
Position = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(_check_number)]
"""An offset into a text, in Unicode code points."""

Quantity = Annotated[float, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]
GivenQuantity = Annotated[Quantity, BeforeValidator(_check_number)]
Attributes = Annotated[tuple[Phrase, ...], Field(max_length=20)]
Point = tuple[Coordinate, Coordinate]


class Corners(Value):
    """A rectangle on an image: left < right and top < bottom."""

    left: Coordinate
    top: Coordinate
    right: Coordinate
    bottom: Coordinate


class Box(Corners):
    """A rectangle around one object, and the object's class."""

    label: Label
    attributes: Attributes = ()

    @model_validator(mode="before")
    @classmethod
    def _refuse_rotation(cls, value: Any) -> Any:
        """Unknown fields are ignored, but the box of a rotated one is elsewhere."""
        if isinstance(value, dict) and is_rotated(value.get("rotation")):
            raise ValueError("rotation must be 0: send an upright box around the object, or a polygon")
        return value


class Polygon(Value):
    """The outline of one object, and the object's class. points: (x, y), without repeating the first."""

    label: Label
    points: tuple[Point, ...] = Field(min_length=3, max_length=MOST_POINTS)
    attributes: Attributes = ()


class Span(Value):
    """A part of a text from `start` to before `end`, its class, and the text it covers."""

    label: Label
    start: Position
    end: Position
    text: Text
    attributes: Attributes = ()


class ClassAnswer(Value):
    """One class of the label schema."""

    kind: Literal["class"] = "class"
    label: Label


class ClassesAnswer(Value):
    """A set of classes; empty if none applies."""

    kind: Literal["classes"] = "classes"
    labels: tuple[Label, ...] = Field(max_length=MOST_OBJECTS)


class BoxesAnswer(Value):
    """Rectangles on an image of `width` times `height` pixels, as it was shown."""

    kind: Literal["boxes"] = "boxes"
    width: Pixels
    height: Pixels
    boxes: tuple[Box, ...] = Field(max_length=MOST_OBJECTS)


class PolygonsAnswer(Value):
    """Outlines on an image of `width` times `height` pixels, as it was shown."""

    kind: Literal["polygons"] = "polygons"
    width: Pixels
    height: Pixels
    polygons: tuple[Polygon, ...] = Field(max_length=MOST_OBJECTS)


class SpansAnswer(Value):
    """Parts of a text."""

    kind: Literal["spans"] = "spans"
    spans: tuple[Span, ...] = Field(max_length=MOST_OBJECTS)


class RankingAnswer(Value):
    """All candidates, best first; candidates in one group are tied."""

    kind: Literal["ranking"] = "ranking"
    order: tuple[Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_CANDIDATES)], ...] = Field(
        min_length=1, max_length=MOST_CANDIDATES
    )


class PairAnswer(Value):
    """The better one of two candidates; None if they are equally good."""

    kind: Literal["pair"] = "pair"
    choice: Id | None


class NumberAnswer(Value):
    """A number in the schema's unit."""

    kind: Literal["number"] = "number"
    value: GivenQuantity


class RatingAnswer(Value):
    """A whole number on a scale."""

    kind: Literal["rating"] = "rating"
    value: Annotated[int, Field(ge=-1000, le=1000), BeforeValidator(_check_number)]


class TextAnswer(Value):
    """A free text."""

    kind: Literal["text"] = "text"
    text: Annotated[Text, Field(max_length=100_000)]


class SkipAnswer(Value):
    """The annotator skipped the sample."""

    kind: Literal["skip"] = "skip"
    code: Name | None = (
        None  # unclear_rule, unreadable, several_classes, not_my_field, other; the list may grow
    )
    reason: Sentence = ""  # in the annotator's words


KINDS = (
    "class", "classes", "boxes", "polygons", "spans", "ranking", "pair", "number", "rating", "text", "skip",
)  # fmt: skip


def _tag_of(value: Any) -> str:
    """Return the tag of an answer: its kind in brackets, which paths of errors leave out."""
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"[{kind}]"


Answer = Annotated[
    Annotated[ClassAnswer, Tag("[class]")]
    | Annotated[ClassesAnswer, Tag("[classes]")]
    | Annotated[BoxesAnswer, Tag("[boxes]")]
    | Annotated[PolygonsAnswer, Tag("[polygons]")]
    | Annotated[SpansAnswer, Tag("[spans]")]
    | Annotated[RankingAnswer, Tag("[ranking]")]
    | Annotated[PairAnswer, Tag("[pair]")]
    | Annotated[NumberAnswer, Tag("[number]")]
    | Annotated[RatingAnswer, Tag("[rating]")]
    | Annotated[TextAnswer, Tag("[text]")]
    | Annotated[SkipAnswer, Tag("[skip]")],
    Discriminator(
        _tag_of,
        custom_error_type="unknown_kind",
        custom_error_message=f"`kind` must be one of {', '.join(KINDS)}",
    ),
]
