"""Label schemas: the possible answers of a project, one kind per label type."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from shoal.contracts.answers import Attributes, Quantity
from shoal.contracts.base import Label, Phrase, Text, Value

Most = Annotated[int, Field(ge=1, le=1000)]
"""The largest number of objects or classes in one answer."""


class ExamplePicture(Value):
    """A picture of the media store that shows a class."""

    media: str = Field(pattern=r"^[0-9a-f]{64}$")  # SHA-256
    caption: Phrase = ""


class LabelClass(Value):
    """One class: its name, its definition and examples."""

    name: Label
    definition: Text = Field(default="", max_length=10_000)
    examples: tuple[Text, ...] = ()
    colour: str | None = Field(default=None, pattern=r"^#[0-9a-f]{6}$", max_length=7)
    shortcut: str | None = Field(default=None, pattern=r"^[1-9a-z]$", max_length=1)
    attributes: Attributes = ()  # of boxes, polygons and spans, such as `occluded`
    images: tuple[ExamplePicture, ...] = Field(default=(), max_length=20)


Classes = Annotated[tuple[LabelClass, ...], Field(min_length=1, max_length=10_000)]
Group = Annotated[tuple[Label, ...], Field(min_length=2, max_length=1000)]


class SingleChoiceSchema(Value):
    """One class per sample."""

    kind: Literal["single_choice"] = "single_choice"
    classes: Classes


class MultiChoiceSchema(Value):
    """Several classes per sample, at most one of each exclusive group."""

    kind: Literal["multi_choice"] = "multi_choice"
    classes: Classes
    exclusive: tuple[Group, ...] = Field(default=(), max_length=1000)
    most: Most | None = None


class BoxesSchema(Value):
    """Rectangles on an image."""

    kind: Literal["boxes"] = "boxes"
    classes: Classes
    most: Most | None = None


class PolygonsSchema(Value):
    """Outlines on an image."""

    kind: Literal["polygons"] = "polygons"
    classes: Classes
    most: Most | None = None


class SpansSchema(Value):
    """Parts of a text."""

    kind: Literal["spans"] = "spans"
    classes: Classes
    overlapping: bool = True
    most: Most | None = None


class RankingSchema(Value):
    """An order of all candidates by one criterion."""

    kind: Literal["ranking"] = "ranking"
    ties: bool = True
    criterion: Phrase = ""


class PairSchema(Value):
    """The better one of two candidates by one criterion."""

    kind: Literal["pair"] = "pair"
    ties: bool = True
    criterion: Phrase = ""


class NumberSchema(Value):
    """A number from `low` to `high`, in steps from `low` if there is a step."""

    kind: Literal["number"] = "number"
    low: Quantity
    high: Quantity
    step: Quantity | None = Field(default=None, gt=0)
    unit: Phrase = ""


class RatingSchema(Value):
    """A whole number from `low` to `high`; `names` describes some of them, by the number as text."""

    kind: Literal["rating"] = "rating"
    low: int = Field(default=1, ge=-1000, le=1000)
    high: int = Field(default=5, ge=-1000, le=1000)
    names: dict[Phrase, Phrase] = Field(default_factory=dict, max_length=11)


class TextSchema(Value):
    """A free text."""

    kind: Literal["text"] = "text"
    most_characters: int = Field(default=2000, ge=1, le=100_000)


SCHEMA_KINDS = (
    "single_choice", "multi_choice", "boxes", "polygons", "spans", "ranking", "pair", "number", "rating",
    "text",
)  # fmt: skip


def schema_tag(value: Any) -> str:
    """Return the tag of a schema: its kind in brackets; without a kind it is a single choice."""
    kind = value.get("kind", "single_choice") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"[{kind}]"


LabelSchema = Annotated[
    Annotated[SingleChoiceSchema, Tag("[single_choice]")]
    | Annotated[MultiChoiceSchema, Tag("[multi_choice]")]
    | Annotated[BoxesSchema, Tag("[boxes]")]
    | Annotated[PolygonsSchema, Tag("[polygons]")]
    | Annotated[SpansSchema, Tag("[spans]")]
    | Annotated[RankingSchema, Tag("[ranking]")]
    | Annotated[PairSchema, Tag("[pair]")]
    | Annotated[NumberSchema, Tag("[number]")]
    | Annotated[RatingSchema, Tag("[rating]")]
    | Annotated[TextSchema, Tag("[text]")],
    Discriminator(
        schema_tag,
        custom_error_type="unknown_kind",
        custom_error_message=f"`kind` must be one of {', '.join(SCHEMA_KINDS)}",
    ),
]


def classes_of(schema: LabelSchema) -> tuple[LabelClass, ...]:
    """Return the classes of a schema; none for numbers, ratings, texts and candidates."""
    classes: tuple[LabelClass, ...] = getattr(schema, "classes", ())
    return classes
