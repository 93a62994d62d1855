"""POST /v1/inferences: inferences in Shoal's format."""

from collections import Counter
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from shoal.http.guard import reads_body
from shoal.http.openapi import problem_responses
from shoal.http.problems import MEDIA_TYPE, Problem
from shoal.http.projects import Producer
from shoal.http.reading import ENCODING, read_body
from shoal.observability import metrics
from shoal_ingest.http.parts import Wired
from shoal_ingest.http.schemas import InferencesAnswer
from shoal_ingest.usecases.accept import Accepted, Result
from shoal_ingest.usecases.items import NotJson, Parsed, parse_body

ACCEPTED, NONE_ACCEPTED = 202, 422
_INFERENCE = {"$ref": "#/components/schemas/Inference"}
_LINE = '{"project": "newsdesk", "source_id": "%s", "text": "Wheat exports fell."}'
# The route reads raw bytes, so FastAPI does not know the body.
_BODY = {
    "required": True,
    "description": "One inference, an array of inferences, or one inference per line (NDJSON). "
    "docs/inference.md has every field. The form is detected from the body, not from its media type.",
    "content": {
        "application/json": {"schema": {"anyOf": [_INFERENCE, {"type": "array", "items": _INFERENCE}]}},
        "application/x-ndjson": {
            "schema": {"type": "string", "description": "One Inference as JSON on every line."},
            "example": "\n".join(_LINE % number for number in (8841, 8842)),
        },
    },
}
_NONE_ACCEPTED = {
    "description": "All inferences of the body were rejected.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/InferencesProblem"}}},
}

routes = APIRouter(tags=["inferences"])


@routes.post(
    "/v1/inferences",
    status_code=ACCEPTED,
    response_model=InferencesAnswer,
    summary="Send inferences",
    responses={NONE_ACCEPTED: _NONE_ACCEPTED, **problem_responses(400, 413, 415)},
    openapi_extra={"requestBody": _BODY, "parameters": [ENCODING]},
)
@reads_body
async def send_inferences(request: Request, key: Producer, parts: Wired) -> Response:
    """Accept one inference (a JSON object), an array of inferences, or one inference per line (NDJSON).

    The answer is 202 with one result per inference, in order, if Kafka has at least one of them; 422 if all
    were rejected; 503 if Kafka did not acknowledge. After a 503 send the same body again: nothing is counted
    twice. The body may be compressed with gzip.
    """
    items = _parse_body(await read_body(request, parts.max_body_bytes))
    return _answer_results(await parts.accept(items, key.project))


def _parse_body(body: bytes) -> list[Parsed]:
    try:
        return parse_body(body)
    except NotJson as error:
        raise Problem(
            400,
            "Not JSON",
            f"the body cannot be read: {error}",
            field="body",
            fix="Send a JSON object, an array of objects, or one object per line",
        ) from error


def _answer_results(results: list[Result]) -> Response:
    """Return an InferencesAnswer, or an InferencesProblem if no inference was accepted."""
    items = [_result_item(index, result) for index, result in enumerate(results)]
    counts = Counter(item.get("reason", "") for item in items)
    for reason, count in counts.items():
        metrics.INFERENCES.labels(reason or "accepted").inc(count)
    accepted = counts[""]
    repeated = sum(not item.get("new", True) for item in items)
    body = {"accepted": accepted, "repeated": repeated, "rejected": len(items) - accepted, "results": items}
    if accepted or not items:
        return Response(orjson.dumps(body), ACCEPTED, media_type="application/json")
    first = {**items[0], "title": "No inference was accepted", "type": "about:blank"}
    problem = {name: first[name] for name in ("type", "title", "detail", "field", "fix")}
    return Response(
        orjson.dumps({**problem, **body, "status": NONE_ACCEPTED}), NONE_ACCEPTED, media_type=MEDIA_TYPE
    )


def _result_item(index: int, result: Result) -> dict[str, Any]:
    if isinstance(result, Accepted):
        return {"index": index, "status": "accepted", "sample_id": result.sample_id, "new": result.new}
    return {
        "index": index,
        "status": "rejected",
        "reason": result.reason,
        "field": result.field,
        "detail": result.detail,
        "fix": result.fix,
    }
