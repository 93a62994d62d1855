"""Answers of every kind as texts, and the choice of the question to read."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Literal

from shoal.files.errors import BadContent
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.rows import few_names
from shoal.files.forms.json_values import json_text
from shoal.files.numbers import plain_number
from shoal.outlines import encloses_area

Kind = Literal["classes", "number", "text", "spans", "boxes", "polygons", "ranking"]
Region = tuple[list[float], str]
"""Ends of a span or box, and its class."""

Outline = tuple[list[list[float]], str]
"""Corners of a polygon, [x, y] each, and its class."""

_SUITABLE: Mapping[str, Sequence[Kind]] = {
    "class": ("classes", "number"),
    "multi": ("classes",),
    "number": ("number", "classes"),
    "rating": ("number", "classes"),
    "pair": ("classes",),
    "text": ("text", "classes"),
    "spans": ("spans",),
    "boxes": ("boxes",),
    "polygons": ("polygons",),
    "ranking": ("ranking",),
}
_SHAPES: Mapping[Kind, str] = {
    "classes": "class or multi",
    "number": "number",
    "text": "text",
    "spans": "spans",
    "boxes": "boxes",
    "polygons": "polygons",
    "ranking": "ranking",
}
FORMED_KINDS = ("spans", "boxes", "polygons", "ranking")  # whose answers have a form of their own
FEWEST_POINTS = 3


class BadAnswer(ValueError):
    """The reason for which one answer is left out."""


def choose_question(kinds: Mapping[str, Kind], fields: VoteFields, form: str) -> str:
    """Return the question to read: the one that the user named, or the only one whose kind suits the shape.

    kinds: of the export's questions. Raises BadContent, which names the questions and the option.
    """
    if fields.label is not None:
        if fields.label in kinds:
            _check_kind(fields.label, kinds[fields.label], fields, form)
            return fields.label
        raise BadContent(
            f" ({form}) has no question {fields.label}; it has {_describe_kind(kinds)}: "
            "name one of them with --label-column"
        )
    for kind in _SUITABLE[fields.shape]:
        names = [name for name, other in kinds.items() if other == kind]
        if len(names) == 1:
            return names[0]
        if names:
            raise BadContent(
                f" ({form}) has several questions, {few_names(names)}: choose one with --label-column"
            )
    if not kinds:
        raise BadContent(f" ({form}) has no answers that can be read")
    raise BadContent(f" ({form}) has no answers of the shape {fields.shape}; it has {_fix_of(kinds)}")


def suitable_kinds(shape: str) -> Sequence[Kind]:
    """Return the kinds of questions that a shape of answers reads, the usual one first."""
    return _SUITABLE[shape]


def answer_text(kind: Kind, value: Any, shape: str) -> str:
    """Return an answer as the text that a table of votes would hold. Raises BadAnswer.

    Sets of classes are JSON lists in order of names; a single class is its name, unless the shape is multi.
    """
    if kind == "classes":
        names = sorted({str(name).strip() for name in value} - {""})
        if not names and shape != "multi":
            raise BadAnswer("without an answer")
        return names[0] if len(names) == 1 and shape != "multi" else json_text(names)
    if kind == "number":
        return number_text(value)
    if kind == "text":
        if not str(value).strip():
            raise BadAnswer("without an answer")
        return str(value)
    if kind == "ranking":
        return _order_text(value)
    return _outlines_text(value) if kind == "polygons" else _regions_text(value)


def number_text(value: Any) -> str:
    """Return a number so that 4 and 4.0 are the same text. Raises BadAnswer."""
    try:
        number = plain_number(value)
    except (OverflowError, TypeError, ValueError):
        raise BadAnswer("without a number") from None
    if not isfinite(number):
        raise BadAnswer("without a number")
    return str(int(number)) if number == int(number) else repr(number)


def _regions_text(regions: Iterable[Region]) -> str:
    rows = []
    for ends, name in regions:
        half = len(ends) // 2
        if not all(low < high for low, high in zip(ends[:half], ends[half:], strict=True)):
            raise BadAnswer("with a region of no extent")
        if not all(map(isfinite, ends)):
            raise BadAnswer("with a region without end")
        rows.append([*ends, name])
    return json_text(rows)


def _outlines_text(outlines: Iterable[Outline]) -> str:
    rows = []
    for points, name in outlines:
        if len(points) < FEWEST_POINTS:
            raise BadAnswer("with an outline of less than three points")
        if not all(len(point) == 2 and all(map(isfinite, point)) for point in points):
            raise BadAnswer("with an outline without finite numbers")
        if not encloses_area(points):
            raise BadAnswer("with an outline without an area")
        rows.append([*points, name])
    return json_text(rows)


def _order_text(names: Sequence[Any]) -> str:
    if any(isinstance(name, (list, dict, bool)) or name is None for name in names):
        raise BadAnswer("with a candidate that is no name")
    order = [str(name).strip() for name in names]
    if not all(order) or len(set(order)) < len(order):
        raise BadAnswer("with a candidate twice, or without a name")
    if not order:
        raise BadAnswer("without an answer")
    return json_text(order)


def _check_kind(name: str, kind: Kind, fields: VoteFields, form: str) -> None:
    formed = kind in FORMED_KINDS or fields.shape in FORMED_KINDS
    if formed and kind != fields.shape:
        raise BadContent(f" ({form}): {_fix_of({name: kind})}")


def _fix_of(kinds: Mapping[str, Kind]) -> str:
    return "; ".join(
        f"{name}: `shoal qa agreement --shape {_SHAPES[kind].split()[0]}` compares its {kind}"
        for name, kind in list(kinds.items())[:4]
    )


def _describe_kind(kinds: Mapping[str, Kind]) -> str:
    return few_names([f"{name} ({kind})" for name, kind in kinds.items()]) or "none"
