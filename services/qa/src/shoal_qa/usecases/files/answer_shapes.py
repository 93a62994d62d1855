"""Answers of every shape, written as texts, and the distance between two of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from json import JSONDecodeError, loads
from typing import Any, Literal, get_args

import numpy as np

from shoal.files.errors import BadInput
from shoal_qa.domain.agreement.alpha import Distance, Rows
from shoal_qa.domain.agreement.distances import SetDistance, TextDistance
from shoal_qa.domain.agreement.regions import RegionDistance, Regions
from shoal_qa.domain.votes.arrays import Floats, Ints
from shoal_qa.usecases.files.class_sets import set_separator, split_set

Shape = Literal["class", "number", "multi", "text", "spans", "boxes"]
SHAPES = get_args(Shape)
Where = Callable[[int], str]
_ENDS = {"spans": 2, "boxes": 4}
_FORM = {
    "spans": '[start, end] or [[start, end, "class"], ...]',
    "boxes": '[left, top, right, bottom] or [[left, top, right, bottom, "class"], ...]',
}


@dataclass(frozen=True, slots=True)
class CodeDistance:
    """The distance between votes, which is that of their answers. code: (votes,), number of the answer."""

    code: Ints
    distance: Distance

    def __call__(self, first: Rows, second: Rows) -> Floats:
        """Return the distances of pairs of votes: (pairs,), 0 for equal answers."""
        one, other = self.code[first].astype(np.int64), self.code[second].astype(np.int64)
        out = np.zeros(len(one))
        apart = np.flatnonzero(one != other)
        out[apart] = self.distance(one[apart], other[apart])
        return out


def parse_numbers(answers: Sequence[str], where: Where) -> Floats:
    """Return the answers as numbers: (answers,). Raises BadInput that names the place of the answer."""
    out = np.empty(len(answers))
    for index, text in enumerate(answers):
        try:
            out[index] = float(text)
        except ValueError:
            out[index] = np.nan
        if not np.isfinite(out[index]):
            raise BadInput(f"{where(index)}: {text!r} is not a finite number, as the shape number needs")
    return out


def distance_of(shape: Shape, answers: Sequence[str], where: Where) -> Distance:
    """Return the distance between answers, which are numbered by position: multi, text, spans or boxes.

    Raises BadInput for an answer that is not of the shape.
    """
    if shape == "text":
        return TextDistance(answers)
    if shape == "multi":
        return SetDistance(_parse_sets(answers))
    classes: dict[str, int] = {}
    return RegionDistance(
        [_parse_regions(shape, text, classes, where(index)) for index, text in enumerate(answers)]
    )


def _parse_sets(answers: Sequence[str]) -> Any:
    separator = set_separator(answers)
    sets = [split_set(text, separator) for text in answers]
    number = {name: index for index, name in enumerate(sorted(set().union(*sets)))}
    out = np.zeros((len(sets), max(len(number), 1)), np.bool_)
    for row, names in enumerate(sets):
        out[row, [number[name] for name in names]] = True
    return out


def _parse_regions(shape: Shape, text: str, classes: dict[str, int], where: str) -> Regions:
    try:
        content = loads(text)
        rows = content if not content or isinstance(content[0], list) else [content]
        ends = [[float(end) for end in row[: _ENDS[shape]]] for row in rows]
        names = [str(row[_ENDS[shape]]) if len(row) > _ENDS[shape] else "" for row in rows]
    except (JSONDecodeError, TypeError, ValueError, KeyError):
        raise BadInput(
            f"{where}: {text[:60]!r} is not of the form {_FORM[shape]}: write it as JSON"
        ) from None
    if any(not _is_ordered(row, _ENDS[shape]) for row in ends):
        raise BadInput(f"{where}: {text[:60]!r} needs finite numbers, low before high: {_FORM[shape]}")
    if shape == "spans":
        ends = [[row[0], 0.0, row[1], 1.0] for row in ends]
    label = [classes.setdefault(name, len(classes)) for name in names]
    return Regions(np.array(ends, np.float64).reshape(-1, 4), np.array(label, np.int32))


def _is_ordered(row: list[float], ends: int) -> bool:
    half = ends // 2
    return (
        len(row) == ends
        and bool(np.isfinite(row).all())
        and all(low < high for low, high in zip(row[:half], row[half:], strict=True))
    )
