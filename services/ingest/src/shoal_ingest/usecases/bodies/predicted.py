"""The parts of a prediction as producers send them: those of events, with stricter checks."""

from pydantic import ConfigDict, model_validator

from shoal.contracts.samples import PredictedBox, PredictedNumber, PredictedPolygon, PredictedSpan


class BoxIn(PredictedBox):
    """A box in shares of the image's width and height, from 0 to 1, y down."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _has_area(self) -> "BoxIn":
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError("left must be less than right, and top less than bottom")
        return self


class PolygonIn(PredictedPolygon):
    """An outline of at least three points, each [x, y] in shares of the image's width and height."""

    model_config = ConfigDict(extra="forbid")


class SpanIn(PredictedSpan):
    """A part of the text, from `start` up to but without `end`, in Unicode code points."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _has_length(self) -> "SpanIn":
        if self.start >= self.end:
            raise ValueError("start must be less than end")
        return self


class NumberIn(PredictedNumber):
    """A number, with the interval that the model gives it."""

    model_config = ConfigDict(extra="forbid")
