"""Answers of rows, and what formats keep of them."""

from typing import Any

from unit.qa.exports.exportkit import Row

Objects = list[dict[str, Any]]
TOLERANCE = 1e-8


def answer_of(row: Row) -> dict[str, Any]:
    return row.get("answer") or {"kind": "class", "label": row["label"]}


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal but for the rounding of numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return abs(one - other) < TOLERANCE
    return bool(one == other)


def without_attributes(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer as formats hold it that know no attributes of objects."""
    kind = answer["kind"]
    shapes = answer.get(kind) if kind in ("boxes", "polygons", "spans") else None
    if not isinstance(shapes, list | tuple):
        return answer
    plain = [{name: value for name, value in shape.items() if name != "attributes"} for shape in shapes]
    return {**answer, kind: plain}


def has_tie(answer: dict[str, Any]) -> bool:
    if answer["kind"] == "pair":
        return answer["choice"] is None
    return answer["kind"] == "ranking" and any(len(group) > 1 for group in answer["order"])
