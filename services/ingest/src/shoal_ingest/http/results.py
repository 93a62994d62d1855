"""The answer to inferences: one result each, with the details of the first rejections."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.responses import Response

from shoal.http.problems import MEDIA_TYPE
from shoal_ingest.usecases.accept import Accepted, Result
from shoal_ingest.usecases.bodies.items import Fault

ACCEPTED, NONE_ACCEPTED = 202, 422
MOST_DETAIL = 256 * 1024
"""Characters of all rejections' details and fixes in one answer."""


def answer_results(results: Sequence[Result]) -> Response:
    """Return an InferencesAnswer, or an InferencesProblem if no inference was accepted."""
    items, shortened = _result_items(results)
    counts = Counter(item.get("reason", "") for item in items)
    accepted = counts[""]
    body = {
        "accepted": accepted,
        "repeated": sum(not item.get("new", True) for item in items),
        "rejected": len(items) - accepted,
        "shortened": shortened,
        "results": items,
    }
    if accepted or not items:
        return Response(orjson.dumps(body), ACCEPTED, media_type="application/json")
    first = {**items[0], "title": "No inference was accepted", "type": "about:blank"}
    problem = {name: first[name] for name in ("type", "title", "detail", "field", "fix")}
    return Response(
        orjson.dumps({**problem, **body, "status": NONE_ACCEPTED}), NONE_ACCEPTED, media_type=MEDIA_TYPE
    )


def _result_items(results: Sequence[Result]) -> tuple[list[dict[str, Any]], int]:
    """Return the results, and the number of those without detail and fix."""
    items: list[dict[str, Any]] = []
    room, shortened = MOST_DETAIL, 0
    for index, result in enumerate(results):
        if isinstance(result, Accepted):
            items.append(_accepted_item(index, result))
            continue
        room -= len(result.detail) + len(result.fix)
        shortened += room < 0
        items.append(_rejected_item(index, result, whole=room >= 0))
    return items, shortened


def _accepted_item(index: int, result: Accepted) -> dict[str, Any]:
    return {"index": index, "status": "accepted", "sample_id": result.sample_id, "new": result.new}


def _rejected_item(index: int, fault: Fault, *, whole: bool) -> dict[str, Any]:
    return {
        "index": index,
        "status": "rejected",
        "reason": fault.reason,
        "field": fault.field,
        "detail": fault.detail if whole else "",
        "fix": fault.fix if whole else "",
    }
