"""The texts of spans, boxes and polygons in a file: JSON lists of numbers, and a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps, loads
from typing import Any

from shoal.outlines import encloses_area
from shoal_qa.usecases.files.texts.written import UnreadableAnswer, shown_text

CLASS = "object"  # of regions without a class
FORMS = {
    "boxes": '[[left, top, right, bottom, "class"], ...]',
    "polygons": '[[[x, y], [x, y], [x, y], "class"], ...]',
    "spans": '[[start, end, "class"], ...]',
}
FARTHEST = 1_000_000  # coordinate: Shoal keeps six digits of relative ones
_NUMBERS = {
    "spans": f"numbers of 0 or more, up to {FARTHEST:,}",
    "boxes": f"numbers up to {FARTHEST:,}",
    "polygons": f"numbers up to {FARTHEST:,}",
}


@dataclass(frozen=True, slots=True)
class Region:
    """One region of a file. ends: numbers, of an outline x and y in turn."""

    ends: Sequence[float]
    label: str


def parse_regions(text: str, shape: str, where: str) -> list[Region]:
    """Return the regions of an answer; one region may stand alone, without a list around it."""
    content = _json_list(text, shape, where)
    inner = content[0] if content else []
    deeper = inner[0] if shape == "polygons" and isinstance(inner, list) and inner else inner
    rows = content if not content or isinstance(deeper, list) else [content]
    if not all(isinstance(row, list) for row in rows):
        raise _malformed_answer(text, shape, where)
    parse = _parse_outline if shape == "polygons" else _parse_ends
    return [parse(row, shape, where) for row in rows]


def _json_list(text: str, shape: str, where: str) -> list[Any]:
    try:
        content = loads(text)
    except (RecursionError, ValueError):
        content = None
    if not isinstance(content, list):
        raise _malformed_answer(text, shape, where)
    return content


def _malformed_answer(text: str, shape: str, where: str) -> UnreadableAnswer:
    return UnreadableAnswer(
        where, f"{shown_text(text)} is not of the form {FORMS[shape]}", "write it as JSON"
    )


def _parse_ends(row: Sequence[Any], shape: str, where: str) -> Region:
    """Return a span or a box: the lower half of its numbers before the upper half."""
    half = 1 if shape == "spans" else 2
    ends = _finite_numbers(row[: 2 * half])
    if (
        ends is None
        or len(ends) != 2 * half
        or (shape == "spans" and ends[0] < 0)
        or any(low >= high for low, high in zip(ends[:half], ends[half:], strict=True))
    ):
        text = shown_text(dumps(row, ensure_ascii=False))
        raise UnreadableAnswer(where, f"{text} needs {_NUMBERS[shape]}, low before high", FORMS[shape])
    return Region(ends, _label_of(row, 2 * half, shape, where))


def _parse_outline(row: Sequence[Any], shape: str, where: str) -> Region:
    points = [point for point in row if isinstance(point, list)]
    ends = _finite_numbers([end for point in points for end in point])
    if ends is None or any(len(point) != 2 for point in points) or len(set(map(tuple, points))) < 3:
        text = shown_text(dumps(row, ensure_ascii=False))
        detail = f"{text} needs three different points or more, of {_NUMBERS[shape]}"
        raise UnreadableAnswer(where, detail, FORMS[shape])
    if not encloses_area(points):
        text = shown_text(dumps(row, ensure_ascii=False))
        raise UnreadableAnswer(where, f"{text} has no area: its points are on a line", FORMS[shape])
    return Region(ends, _label_of(row, len(points), shape, where))


def _finite_numbers(values: Sequence[Any]) -> list[float] | None:
    """Return the values as numbers; None if one is no number, or too large."""
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return None
    return [float(value) for value in values] if all(abs(value) <= FARTHEST for value in values) else None


def _label_of(row: Sequence[Any], at: int, shape: str, where: str) -> str:
    label = row[at] if len(row) > at else ""
    if isinstance(label, (list, dict, bool)) or len(row) > at + 1:
        text = shown_text(dumps(row, ensure_ascii=False))
        raise UnreadableAnswer(where, f"{text} needs one class after its numbers", FORMS[shape])
    return CLASS if label is None else str(label).strip() or CLASS
