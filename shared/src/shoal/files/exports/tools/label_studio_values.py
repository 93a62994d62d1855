"""Values of Label Studio's results: {"choices": ["a"]}, {"rating": 4}, {"start": 0, "end": 5, ...}."""

from collections.abc import Mapping, Sequence
from typing import Any

from shoal.files.exports.answers import BadAnswer, Kind
from shoal.files.numbers import plain_number
from shoal.outlines import is_rotated

_CLASSES = ("choices", "taxonomy", "selected", "datetime")
_NUMBERS = ("rating", "number")
_UNREADABLE = ("rle", "format", "radiusX", "sequence", "vertices", "ranges")
_REGION = ("start", "x", "points", "rle", "sequence")  # a region, or an answer that belongs to one


def kind_of_result(result: Mapping[str, Any]) -> Kind | None:
    """Return the kind of the question that a result answers; None for relations and unreadable regions."""
    value = result.get("value")
    return kind_of_value(value) if isinstance(value, dict) else None


def kind_of_value(value: Mapping[str, Any]) -> Kind | None:
    """Return the kind of a result's value; None for an unreadable one, and for an answer about one region."""
    if any(name in value for name in (*_CLASSES, *_NUMBERS)):
        if any(name in value for name in _REGION):
            return None
        return "classes" if any(name in value for name in _CLASSES) else "number"
    if any(name in value for name in _UNREADABLE):
        return None
    if isinstance(value.get("text"), list) and any(name in value for name in _REGION):
        return None  # a TextArea for each region
    if "points" in value:
        return "polygons"
    if "height" in value and "x" in value:
        return "boxes"
    if "ranker" in value:
        return "ranking"
    if "start" in value and "end" in value:
        return "spans"
    return "text" if "text" in value else None


def value_of_results(results: Sequence[Mapping[str, Any]], shape: str) -> tuple[Kind, Any]:
    """Return the kind and the value of a control's results in one annotation. Raises BadAnswer."""
    values = [result["value"] for result in results if isinstance(result.get("value"), dict)]
    if shape in ("boxes", "polygons", "spans") and len(values) < len(results):
        raise BadAnswer("with a result without a value")
    return value_of_values(values, shape)


def value_of_values(values: Sequence[Mapping[str, Any]], shape: str) -> tuple[Kind, Any]:
    """Return the kind and the value of one annotator's answer to one question. Raises BadAnswer."""
    if shape == "boxes":
        return "boxes", [(_corners_of(value), name) for value in values for name in _labels_of(value)]
    if shape == "spans":
        return "spans", [(_ends_of(value), name) for value in values for name in _labels_of(value)]
    if shape == "polygons":
        return "polygons", [(_points_of(value), name) for value in values for name in _labels_of(value)]
    if not values:
        raise BadAnswer("without an answer")
    if len(values) > 1 or any(name in values[0] for name in _REGION):
        raise BadAnswer("answered for regions, not for the task")
    value, kind = values[0], kind_of_value(values[0])
    if kind is None:
        raise BadAnswer(f"with an answer of an unknown form ({', '.join(list(value)[:3])})")
    if kind == "classes":
        return kind, _classes_of(value)
    if kind == "number":
        return kind, value.get("rating", value.get("number"))
    if kind == "ranking":
        return kind, _order_of(value["ranker"])
    text = value.get("text")
    if text is None:
        raise BadAnswer("answered for regions, not for the task")
    return kind, "\n".join(map(str, text)) if isinstance(text, list) else text


def _classes_of(value: Mapping[str, Any]) -> list[str]:
    if "taxonomy" in value:
        return [_path_text(path) for path in value["taxonomy"] or []]
    content = next(value[name] for name in _CLASSES if name in value)
    if content is None:
        return []
    names = content if isinstance(content, list) else [content]
    if any(isinstance(name, dict) for name in names):
        raise BadAnswer("with choices that are no names")
    return [_path_text(name) for name in names]


def _path_text(name: Any) -> str:
    """Return a name; of a taxonomy or of nested choices it is the path that leads to it."""
    return " / ".join(map(str, name)) if isinstance(name, list) else str(name)


def _corners_of(value: Mapping[str, Any]) -> list[float]:
    if is_rotated(value.get("rotation")):
        raise BadAnswer("with a rotated box")
    try:
        left, top = plain_number(value["x"]), plain_number(value["y"])
        return [left, top, left + plain_number(value["width"]), top + plain_number(value["height"])]
    except (OverflowError, KeyError, TypeError, ValueError):
        raise BadAnswer("with a region that is no box") from None


def _points_of(value: Mapping[str, Any]) -> list[list[float]]:
    if value.get("closed") is False:
        raise BadAnswer("with an outline that is not closed")
    try:
        return [[plain_number(x), plain_number(y)] for x, y in value["points"]]
    except (OverflowError, KeyError, TypeError, ValueError):
        raise BadAnswer("with a region that is no outline") from None


def _order_of(ranked: Any) -> list[Any]:
    """Return the items of a Ranker, best first; one without buckets has a single list, under its own name."""
    lists = list(ranked.values()) if isinstance(ranked, dict) else [ranked]
    if len(lists) != 1:
        raise BadAnswer("sorted into buckets, which is no order")
    if not isinstance(lists[0], list):
        raise BadAnswer("with a ranking that is no list")
    return lists[0]


def _ends_of(value: Mapping[str, Any]) -> list[float]:
    offsets = value.get("globalOffsets")
    ends = offsets if isinstance(offsets, dict) else value
    try:
        return [plain_number(ends["start"]), plain_number(ends["end"])]
    except (OverflowError, KeyError, TypeError, ValueError):
        raise BadAnswer("with a span without numeric offsets") from None


def _labels_of(value: Mapping[str, Any]) -> list[str]:
    """Return the region's classes, from a field such as `rectanglelabels`; [""] if it has none.

    A region with several classes is an object of each.
    """
    for name, content in value.items():
        if name.endswith("labels") and isinstance(content, list) and content:
            return sorted(set(map(str, content)))
    return [""]
