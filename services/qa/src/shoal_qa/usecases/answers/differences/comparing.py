"""The measures of each kind: answers in a form that compares fast, and the distance of two of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema, NumberSchema
from shoal_qa.domain.agreement.distances import box_iou, relative_distance
from shoal_qa.domain.shapes.matching import matching_distance, order_distance
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.differences.outlines import bounds_of, refined_overlaps

MOST_CELLS = 4_000_000  # pairs of edges in exact overlaps of two answers: a fraction of a second
MOST_CHARACTERS = 5_000  # of texts compared by characters; longer ones are compared by words


@dataclass(frozen=True, slots=True)
class Comparable:
    """An answer of a kind, in the form that the kind's measure compares."""

    kind: str
    content: Any


@dataclass(frozen=True, slots=True)
class _Measure:
    """read: an answer to what `compare` takes. compare: the distance of two, given the label schema."""

    read: Callable[[Any], Any]
    compare: Callable[[Any, Any, Any], float]


@dataclass(frozen=True, slots=True)
class _Regions:
    """Objects of one answer. ends: (objects, 4), of a span a height of 1. label: (objects,)."""

    ends: Floats
    label: NDArray[np.object_]
    outlines: Sequence[Floats] = ()


def has_measure(schema: LabelSchema) -> bool:
    """Return whether distances of the kind lie between 0 and 1; of other kinds they are 0 or 1."""
    return schema.kind in _MEASURES


def comparable_answer(answer: Answer) -> Comparable:
    """Return an answer in the form in which distances are fast."""
    measure = _MEASURES.get(answer.kind)
    return Comparable(answer.kind, measure.read(answer) if measure else answer)


def comparable_distance(schema: LabelSchema, one: Comparable, other: Comparable) -> float:
    """Return the distance of two answers of the schema's kind, which has a measure."""
    return min(1.0, max(0.0, _MEASURES[schema.kind].compare(schema, one.content, other.content)))


def _read_boxes(answer: Any) -> _Regions:
    ends = [(box.left, box.top, box.right, box.bottom) for box in answer.boxes]
    return _Regions(np.array(ends, np.float64).reshape(-1, 4), _labels_of(answer.boxes))


def _read_spans(answer: Any) -> _Regions:
    ends = [(span.start, 0, span.end, 1) for span in answer.spans]
    return _Regions(np.array(ends, np.float64).reshape(-1, 4), _labels_of(answer.spans))


def _read_polygons(answer: Any) -> _Regions:
    outlines = [np.array(shape.points, np.float64) for shape in answer.polygons]
    return _Regions(bounds_of(outlines), _labels_of(answer.polygons), outlines)


def _labels_of(shapes: Sequence[Any]) -> NDArray[np.object_]:
    return np.array([shape.label for shape in shapes], dtype=object)


def _overlaps_of(one: _Regions, other: _Regions) -> Floats:
    """Return the overlaps of objects of one class, else 0: (objects, objects)."""
    return np.asarray(
        box_iou(one.ends[:, None], other.ends[None, :]) * (one.label[:, None] == other.label[None, :]),
        np.float64,
    )


def _regions_distance(_schema: Any, one: _Regions, other: _Regions) -> float:
    return matching_distance(_overlaps_of(one, other))


def _polygons_distance(_schema: Any, one: _Regions, other: _Regions) -> float:
    overlap = _overlaps_of(one, other)
    row, column = np.nonzero(overlap)
    outlines, numbers = [*one.outlines, *other.outlines], column + len(one.outlines)
    overlap[row, column] = refined_overlaps(outlines, row, numbers, overlap[row, column], most=MOST_CELLS)
    return matching_distance(overlap)


def _read_ranks(answer: Any) -> dict[str, int]:
    return {name: rank for rank, group in enumerate(answer.order) for name in group}


def _ranking_distance(_schema: Any, one: dict[str, int], other: dict[str, int]) -> float:
    return order_distance(one, other)


def _read_value(answer: Any) -> float:
    return float(answer.value)


def _number_distance(schema: NumberSchema, one: float, other: float) -> float:
    return float(abs(one - other) / (schema.high - schema.low))


def _read_text(answer: Any) -> str:
    return str(answer.text)


def _text_distance(_schema: Any, one: str, other: str) -> float:
    if max(len(one), len(other)) <= MOST_CHARACTERS:
        return relative_distance(one, other)
    return word_distance(frozenset(one.split()), frozenset(other.split()))


def word_distance(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the words of two texts that only one of them has."""
    return 1 - len(one & other) / max(1, len(one | other))


_MEASURES: dict[str, _Measure] = {
    "boxes": _Measure(_read_boxes, _regions_distance),
    "polygons": _Measure(_read_polygons, _polygons_distance),
    "spans": _Measure(_read_spans, _regions_distance),
    "ranking": _Measure(_read_ranks, _ranking_distance),
    "number": _Measure(_read_value, _number_distance),
    "text": _Measure(_read_text, _text_distance),
}
