"""Label schemas in requests: those of the contracts, without unknown fields."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from shoal.contracts import label_schemas as contracts
from shoal.contracts.base import Label, Text
from shoal.contracts.quality import LabelChanges
from shoal.inputs import Strict


class PictureIn(contracts.ExamplePicture, Strict):
    """A picture of the media store that shows a class."""


class ClassIn(contracts.LabelClass, Strict):
    """One class of a label schema."""

    examples: tuple[Text, ...] = Field(default=(), description="Texts of this class.")
    images: tuple[PictureIn, ...] = Field(default=(), max_length=20)


Classes = Annotated[tuple[ClassIn, ...], Field(min_length=1, max_length=10_000)]


class SingleChoiceIn(contracts.SingleChoiceSchema, Strict):
    """One class per sample."""

    classes: Classes


class MultiChoiceIn(contracts.MultiChoiceSchema, Strict):
    """Several classes per sample, at most one of each exclusive group."""

    classes: Classes


class BoxesIn(contracts.BoxesSchema, Strict):
    """Rectangles on an image."""

    classes: Classes


class PolygonsIn(contracts.PolygonsSchema, Strict):
    """Outlines on an image."""

    classes: Classes


class SpansIn(contracts.SpansSchema, Strict):
    """Parts of a text."""

    classes: Classes


class RankingIn(contracts.RankingSchema, Strict):
    """An order of all candidates by one criterion."""


class PairIn(contracts.PairSchema, Strict):
    """The better one of two candidates by one criterion."""


class NumberIn(contracts.NumberSchema, Strict):
    """A number from `low` to `high`."""


class RatingIn(contracts.RatingSchema, Strict):
    """A whole number from `low` to `high`."""


class TextIn(contracts.TextSchema, Strict):
    """A free text."""


SchemaIn = Annotated[
    Annotated[SingleChoiceIn, Tag("[single_choice]")]
    | Annotated[MultiChoiceIn, Tag("[multi_choice]")]
    | Annotated[BoxesIn, Tag("[boxes]")]
    | Annotated[PolygonsIn, Tag("[polygons]")]
    | Annotated[SpansIn, Tag("[spans]")]
    | Annotated[RankingIn, Tag("[ranking]")]
    | Annotated[PairIn, Tag("[pair]")]
    | Annotated[NumberIn, Tag("[number]")]
    | Annotated[RatingIn, Tag("[rating]")]
    | Annotated[TextIn, Tag("[text]")],
    Discriminator(
        contracts.schema_tag,
        custom_error_type="unknown_kind",
        custom_error_message=f"`kind` must be one of {', '.join(contracts.SCHEMA_KINDS)}",
    ),
]


class ChangesIn(LabelChanges, Strict):
    """What happens to labels of the version before. Labels of other classes count as they are."""

    unchanged: tuple[Label, ...] = Field(
        default=(), description="Filled by the service; it need not be sent."
    )
    renamed: dict[Label, Label] = Field(
        default_factory=dict, max_length=10_000, description="New name of a class, by its former name."
    )
    merged: dict[Label, tuple[Label, ...]] = Field(
        default_factory=dict,
        max_length=10_000,
        description="Former classes whose labels a class takes, by the class.",
    )
    asked_again: tuple[Label, ...] = Field(
        default=(), max_length=10_000, description="Former classes whose labels do not count any more."
    )
    all_asked_again: bool = Field(default=False, description="No earlier label counts any more.")
