"""Accepted labels as Label Studio tasks with one annotation each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shoal_qa.domain.exports.label_studio_interface import FROM, TO
from shoal_qa.domain.exports.losses import Unexportable
from shoal_qa.domain.exports.passages import candidates_text, prompt_text, turns_text

Row = Mapping[str, Any]
Result = list[dict[str, Any]]


def studio_task(row: Row) -> dict[str, Any]:
    """Return a task. Raises Unexportable for ties, which Label Studio's rankings do not hold."""
    answer = row.get("answer") or {"kind": "class", "label": row["label"]}
    result = [{"from_name": FROM, "to_name": TO, **part} for part in _RESULTS[answer["kind"]](answer, row)]
    names = ("sample_id", "source", "source_id", "split", "group", "probability", "guideline")
    meta = {name: row.get(name) for name in names}
    return {
        "data": {**_task_data(row, answer["kind"]), "sample_id": row["sample_id"]},
        "annotations": [{"result": result, "ground_truth": False}],
        "meta": meta,
    }


def _task_data(row: Row, kind: str) -> dict[str, Any]:
    content = row.get("content") or {}
    if content.get("candidates"):
        compared = kind in ("pair", "ranking")
        return _compared_data(content) if compared else {"text": candidates_text(content)}
    if row.get("uri") and row.get("text") is None:
        return {"image": row["uri"]}
    turns = content.get("turns")
    return {"text": turns_text(turns) if turns else row.get("text") or ""}


def _compared_data(content: Row) -> dict[str, Any]:
    candidates = content["candidates"]
    data: dict[str, Any] = {"prompt": prompt_text(content)}
    if len(candidates) == 2:
        data |= {"left": candidates[0]["text"], "right": candidates[1]["text"]}
    items = [{"id": item["id"], "title": item["id"], "body": item["text"]} for item in candidates]
    return {**data, "items": items}


def _choice_result(labels: Sequence[str]) -> Result:
    return [{"type": "choices", "value": {"choices": list(labels)}}]


def _box_result(answer: Row, _row: Row) -> Result:
    return [
        _region_result(
            answer,
            "rectanglelabels",
            {
                "x": box["left"] * 100,
                "y": box["top"] * 100,
                "width": (box["right"] - box["left"]) * 100,
                "height": (box["bottom"] - box["top"]) * 100,
                "rotation": 0,
                "rectanglelabels": [box["label"]],
            },
            box,
        )
        for box in answer["boxes"]
    ]


def _polygon_result(answer: Row, _row: Row) -> Result:
    return [
        _region_result(
            answer,
            "polygonlabels",
            {
                "points": [[x * 100, y * 100] for x, y in polygon["points"]],
                "closed": True,
                "polygonlabels": [polygon["label"]],
            },
            polygon,
        )
        for polygon in answer["polygons"]
    ]


def _region_result(answer: Row, kind: str, value: dict[str, Any], item: Row) -> dict[str, Any]:
    size = {"original_width": answer["width"], "original_height": answer["height"], "image_rotation": 0}
    return {"type": kind, "value": value, **size, **_attribute_notes(item)}


def _span_result(answer: Row, _row: Row) -> Result:
    return [
        {
            "type": "labels",
            "value": {
                "start": span["start"],
                "end": span["end"],
                "text": span["text"],
                "labels": [span["label"]],
            },
            **_attribute_notes(span),
        }
        for span in answer["spans"]
    ]


def _attribute_notes(item: Row) -> dict[str, Any]:
    """Return the attributes of an object as notes about its region."""
    return {"meta": {"text": list(item["attributes"])}} if item.get("attributes") else {}


def _pair_result(answer: Row, row: Row) -> Result:
    if answer["choice"] is None:
        raise Unexportable("tie")
    first = row["content"]["candidates"][0]["id"]
    side = "left" if answer["choice"] == first else "right"
    # Label Studio's comparison labels itself: its own editor and SDK write its name into both fields.
    return [{"to_name": FROM, "type": "pairwise", "value": {"selected": side}}]


def _ranking_result(answer: Row, _row: Row) -> Result:
    if any(len(group) > 1 for group in answer["order"]):
        raise Unexportable("tie")
    return [{"type": "ranker", "value": {"ranker": {"rank": [group[0] for group in answer["order"]]}}}]


_RESULTS: dict[str, Callable[[Row, Row], Result]] = {
    "class": lambda answer, _: _choice_result([answer["label"]]),
    "classes": lambda answer, _: _choice_result(answer["labels"]) if answer["labels"] else [],
    "boxes": _box_result,
    "polygons": _polygon_result,
    "spans": _span_result,
    "pair": _pair_result,
    "ranking": _ranking_result,
    "number": lambda answer, _: [{"type": "number", "value": {"number": answer["value"]}}],
    "rating": lambda answer, _: [{"type": "number", "value": {"number": answer["value"]}}],
    "text": lambda answer, _: [{"type": "textarea", "value": {"text": [answer["text"]]}}],
}
