"""Answers of every kind as texts, and the choice of the question to read."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Literal

import orjson

from shoal.files.errors import BadContent
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.rows import few_names

Kind = Literal["classes", "number", "text", "spans", "boxes"]
Region = tuple[list[float], str]

_SUITABLE: Mapping[str, Sequence[Kind]] = {
    "class": ("classes", "number"),
    "multi": ("classes",),
    "number": ("number", "classes"),
    "text": ("text", "classes"),
    "spans": ("spans",),
    "boxes": ("boxes",),
}
_SHAPES: Mapping[Kind, str] = {
    "classes": "class or multi",
    "number": "number",
    "text": "text",
    "spans": "spans",
    "boxes": "boxes",
}


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
        return names[0] if len(names) == 1 and shape != "multi" else orjson.dumps(names).decode()
    if kind == "number":
        return number_text(value)
    if kind == "text":
        if not str(value).strip():
            raise BadAnswer("without an answer")
        return str(value)
    return _regions_text(value)


def number_text(value: Any) -> str:
    """Return a number so that 4 and 4.0 are the same text. Raises BadAnswer."""
    try:
        number = float(value)
    except (TypeError, ValueError):
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
        rows.append([*ends, name])
    return orjson.dumps(rows).decode()


def _check_kind(name: str, kind: Kind, fields: VoteFields, form: str) -> None:
    region = ("spans", "boxes")
    if (kind in region or fields.shape in region) and kind != fields.shape:
        raise BadContent(f" ({form}): {_fix_of({name: kind})}")


def _fix_of(kinds: Mapping[str, Kind]) -> str:
    return "; ".join(
        f"{name}: `shoal qa agreement --shape {_SHAPES[kind].split()[0]}` compares its {kind}"
        for name, kind in list(kinds.items())[:4]
    )


def _describe_kind(kinds: Mapping[str, Kind]) -> str:
    return few_names([f"{name} ({kind})" for name, kind in kinds.items()]) or "none"
