"""The canonical text of an answer: equal answers have equal texts, so that votes can be counted by text."""

import json
from typing import Any

from pydantic import TypeAdapter

from shoal.contracts.answers import Answer, ClassAnswer, SkipAnswer

DIGITS = 6  # after the decimal point: a millionth of an image's side
SIGNIFICANT = 15  # digits of a number
_ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)


def canonical_answer(answer: Answer) -> str:
    """Return the canonical JSON of an answer: sorted keys, rounded numbers, and lists without order sorted.

    The order of boxes, polygons, spans, classes, attributes and tied candidates is no part of an answer, nor
    are the first point of an outline, its direction, and a point that is repeated, as some tools close their
    outlines. Of a skip only its kind counts.
    """
    if isinstance(answer, SkipAnswer):
        return _compact_json({"kind": "skip"})
    return _compact_json(_canonical_document(answer.model_dump(mode="json")))


def parse_canonical(text: str) -> Answer:
    """Return the answer of a canonical text. Raises pydantic's ValidationError for other texts."""
    answer: Answer = _ANSWER.validate_json(text)
    return answer


def stored_label(answer: Answer | None) -> str | None:
    """Return how a database's `label` column holds an answer: the class of a single choice, or else the
    canonical text; None for a skip or without an answer."""
    if answer is None or isinstance(answer, SkipAnswer):
        return None
    return answer.label if isinstance(answer, ClassAnswer) else canonical_answer(answer)


def _canonical_document(document: dict[str, Any]) -> dict[str, Any]:
    rounded: dict[str, Any] = _rounded_numbers(document)
    match rounded["kind"]:
        case "number":  # whose range may be tiny: the digits that every floating-point number has
            rounded["value"] = round_number(document["value"])
        case "classes":
            rounded["labels"] = sorted(set(rounded["labels"]))
        case "ranking":
            rounded["order"] = [sorted(group) for group in rounded["order"]]
        case "boxes" | "polygons" | "spans" as shapes:
            rounded[shapes] = sorted(map(_canonical_shape, rounded[shapes]), key=_compact_json)
    return rounded


def round_number(value: float) -> float:
    """Return a number with the digits that count: 0.1 * 3 is 0.3."""
    return float(f"{value:.{SIGNIFICANT}g}") + 0.0


def _canonical_shape(shape: dict[str, Any]) -> dict[str, Any]:
    points = {"points": canonical_points(_without_repeats(shape["points"]))} if "points" in shape else {}
    return {**shape, "attributes": sorted(set(shape["attributes"])), **points}


def _without_repeats(points: list[list[float]]) -> list[list[float]]:
    """Return an outline without points that equal the one before; of a line or point it stays as it is."""
    distinct = [
        point for point, before in zip(points, points[-1:] + points[:-1], strict=True) if point != before
    ]
    return distinct if len(distinct) > 2 else points


def canonical_points(points: list[list[float]]) -> list[list[float]]:
    """Return an outline from its least point, in the direction whose list is the lesser."""
    return min(_least_rotation(points), _least_rotation(points[::-1]))


def _least_rotation(points: list[list[float]]) -> list[list[float]]:
    """Return the least list that begins at one of the points and goes round, in a time linear in the points.

    Two starts are compared point by point; the greater one, and all starts that it passed, are out. Source:
    Shiloach, "Fast canonization of circular strings", Journal of Algorithms 2 (1981).
    """
    one, other, same, count = 0, 1, 0, len(points)
    while max(one, other, same) < count:
        left, right = points[(one + same) % count], points[(other + same) % count]
        if left == right:
            same += 1
            continue
        if left > right:
            one += same + 1
        else:
            other += same + 1
        other += one == other
        same = 0
    start = min(one, other)
    return points[start:] + points[:start]


def _rounded_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded_numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded_numbers(part) for part in value]
    return round(value, DIGITS) + 0.0 if isinstance(value, float) else value  # -0.0 becomes 0.0


def _compact_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
