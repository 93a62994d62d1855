"""The canonical text of an answer: equal answers have equal texts, so that votes can be counted by text."""

import json
from typing import Any

from pydantic import TypeAdapter

from shoal.contracts.answers import Answer, ClassAnswer, SkipAnswer

DIGITS = 6  # after the decimal point: a millionth of an image's side
_ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)


def canonical_answer(answer: Answer) -> str:
    """Return the canonical JSON of an answer: sorted keys, rounded numbers, and lists without order sorted.

    The order of boxes, polygons, spans, classes, attributes and tied candidates is no part of an answer, nor
    are the first point and the direction of an outline. Of a skip only its kind counts.
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
        case "classes":
            rounded["labels"] = sorted(set(rounded["labels"]))
        case "ranking":
            rounded["order"] = [sorted(group) for group in rounded["order"]]
        case "boxes" | "polygons" | "spans" as shapes:
            rounded[shapes] = sorted(map(_canonical_shape, rounded[shapes]), key=_compact_json)
    return rounded


def _canonical_shape(shape: dict[str, Any]) -> dict[str, Any]:
    points = {"points": canonical_points(shape["points"])} if "points" in shape else {}
    return {**shape, "attributes": sorted(set(shape["attributes"])), **points}


def canonical_points(points: list[list[float]]) -> list[list[float]]:
    """Return an outline from its least point, in the direction whose list is the lesser."""
    starts = [index for index, point in enumerate(points) if point == min(points)]
    turns = [points[start:] + points[:start] for start in starts]
    turns += [[turn[0], *reversed(turn[1:])] for turn in turns]
    return min(turns)


def _rounded_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded_numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded_numbers(part) for part in value]
    return round(value, DIGITS) + 0.0 if isinstance(value, float) else value  # -0.0 becomes 0.0


def _compact_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
