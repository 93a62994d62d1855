"""How different two answers of one kind are, from 0 to 1, and from where on they no longer agree."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from shoal.answers import parse_canonical
from shoal.contracts.label_schemas import LabelSchema, NumberSchema
from shoal_qa.domain.agreement.distances import box_iou, relative_distance
from shoal_qa.domain.shapes.matching import matching_distance, order_distance
from shoal_qa.domain.shapes.polygons import polygon_iou
from shoal_qa.domain.votes.arrays import Floats

TOLERANCES = {
    "boxes": 0.3, "polygons": 0.3, "spans": 0.2, "ranking": 0.1, "number": 0.05, "text": 0.1,
}  # fmt: skip
"""The largest distance of answers that agree; answers of other kinds agree if they are equal."""

MOST_EXACT = 200  # pairs of outlines whose overlap is exact; of further ones it is that of their boxes
MOST_CORNERS = 64  # of an outline in an exact overlap, spread evenly
MOST_CHARACTERS = 5_000  # of texts compared by characters; longer ones are compared by words


def tolerance_of(schema: LabelSchema) -> float:
    """Return the largest distance of answers that agree."""
    return TOLERANCES.get(schema.kind, 0.0)


def answer_distance(schema: LabelSchema, one: str, other: str) -> float:
    """Return the distance of two canonical texts of answers; 1 if one is not of the schema's kind."""
    if one == other:
        return 0.0
    measure = _MEASURES.get(schema.kind)
    if measure is None:
        return 1.0
    first, second = _parsed_answer(one), _parsed_answer(other)
    if first is None or second is None or not first.kind == second.kind == schema.kind:
        return 1.0
    return min(1.0, max(0.0, measure(schema, first, second)))


def agrees_with(schema: LabelSchema, label: str, vote: str) -> bool:
    """Return whether a vote is within the tolerance of a label, both as their columns hold them."""
    return answer_distance(schema, label, vote) <= tolerance_of(schema)


def distances_between(schema: LabelSchema, texts: Sequence[str]) -> Floats:
    """Return the distances of all pairs: (texts, texts)."""
    distance = np.zeros((len(texts), len(texts)))
    for row, one in enumerate(texts):
        for column in range(row):
            distance[row, column] = distance[column, row] = answer_distance(schema, one, texts[column])
    return distance


@lru_cache(maxsize=64)
def _parsed_answer(text: str) -> Any:
    """Return the answer of a canonical text; None for a class, which is no such text."""
    try:
        return parse_canonical(text)
    except ValueError:
        return None


def _boxes_distance(_schema: Any, one: Any, other: Any) -> float:
    corners = [
        np.array([(b.left, b.top, b.right, b.bottom) for b in answer.boxes]).reshape(-1, 4)
        for answer in (one, other)
    ]
    overlap = box_iou(corners[0][:, None], corners[1][None, :])
    return matching_distance(overlap * _same_labels(one.boxes, other.boxes))


def _polygons_distance(_schema: Any, one: Any, other: Any) -> float:
    outlines = [[np.array(shape.points) for shape in answer.polygons] for answer in (one, other)]
    bounds = [
        np.array([[*points.min(axis=0), *points.max(axis=0)] for points in shapes]).reshape(-1, 4)
        for shapes in outlines
    ]
    overlap = box_iou(bounds[0][:, None], bounds[1][None, :]) * _same_labels(one.polygons, other.polygons)
    likely = np.argwhere(overlap > 0)
    for row, column in likely[:MOST_EXACT]:
        exact = polygon_iou(_fewer_corners(outlines[0][row]), _fewer_corners(outlines[1][column]))
        overlap[row, column] = exact
    return matching_distance(overlap)


def _spans_distance(_schema: Any, one: Any, other: Any) -> float:
    ends = [
        np.array([(s.start, 0, s.end, 1) for s in answer.spans], np.float64).reshape(-1, 4)
        for answer in (one, other)
    ]
    overlap = box_iou(ends[0][:, None], ends[1][None, :])
    return matching_distance(overlap * _same_labels(one.spans, other.spans))


def _ranking_distance(_schema: Any, one: Any, other: Any) -> float:
    ranks = [
        {name: rank for rank, group in enumerate(answer.order) for name in group} for answer in (one, other)
    ]
    return order_distance(*ranks)


def _number_distance(schema: NumberSchema, one: Any, other: Any) -> float:
    return float(abs(one.value - other.value) / (schema.high - schema.low))


def _text_distance(_schema: Any, one: Any, other: Any) -> float:
    if max(len(one.text), len(other.text)) <= MOST_CHARACTERS:
        return relative_distance(one.text, other.text)
    words = [set(answer.text.split()) for answer in (one, other)]
    return 1 - len(words[0] & words[1]) / max(1, len(words[0] | words[1]))


def _same_labels(one: Sequence[Any], other: Sequence[Any]) -> Floats:
    """Return whether objects of two answers have one class: (objects, objects), 0 or 1."""
    labels = [np.array([shape.label for shape in shapes], dtype=object) for shapes in (one, other)]
    return np.asarray(labels[0][:, None] == labels[1][None, :], np.float64)


def _fewer_corners(points: Floats) -> Floats:
    if len(points) <= MOST_CORNERS:
        return points
    return np.asarray(points[np.linspace(0, len(points) - 1, MOST_CORNERS).round().astype(int)])


_MEASURES: dict[str, Callable[[Any, Any, Any], float]] = {
    "boxes": _boxes_distance,
    "polygons": _polygons_distance,
    "spans": _spans_distance,
    "ranking": _ranking_distance,
    "number": _number_distance,
    "text": _text_distance,
}
