"""Label schemas in requests: those of the contracts, without unknown fields."""

from typing import Annotated

from pydantic import ConfigDict, Discriminator, Field, Tag

from shoal.contracts import label_schemas as contracts
from shoal.contracts.base import Text


class PictureIn(contracts.ExamplePicture):
    """A picture of the media store that shows a class."""

    model_config = ConfigDict(extra="forbid")


class ClassIn(contracts.LabelClass):
    """One class of a label schema."""

    model_config = ConfigDict(extra="forbid")

    examples: tuple[Text, ...] = Field(default=(), description="Texts of this class.")
    images: tuple[PictureIn, ...] = Field(default=(), max_length=20)


Classes = Annotated[tuple[ClassIn, ...], Field(min_length=1, max_length=10_000)]


class SingleChoiceIn(contracts.SingleChoiceSchema):
    """One class per sample."""

    model_config = ConfigDict(extra="forbid")

    classes: Classes


class MultiChoiceIn(contracts.MultiChoiceSchema):
    """Several classes per sample, at most one of each exclusive group."""

    model_config = ConfigDict(extra="forbid")

    classes: Classes


class BoxesIn(contracts.BoxesSchema):
    """Rectangles on an image."""

    model_config = ConfigDict(extra="forbid")

    classes: Classes


class PolygonsIn(contracts.PolygonsSchema):
    """Outlines on an image."""

    model_config = ConfigDict(extra="forbid")

    classes: Classes


class SpansIn(contracts.SpansSchema):
    """Parts of a text."""

    model_config = ConfigDict(extra="forbid")

    classes: Classes


class RankingIn(contracts.RankingSchema):
    """An order of all candidates by one criterion."""

    model_config = ConfigDict(extra="forbid")


class PairIn(contracts.PairSchema):
    """The better one of two candidates by one criterion."""

    model_config = ConfigDict(extra="forbid")


class NumberIn(contracts.NumberSchema):
    """A number from `low` to `high`."""

    model_config = ConfigDict(extra="forbid")


class RatingIn(contracts.RatingSchema):
    """A whole number from `low` to `high`."""

    model_config = ConfigDict(extra="forbid")


class TextIn(contracts.TextSchema):
    """A free text."""

    model_config = ConfigDict(extra="forbid")


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
