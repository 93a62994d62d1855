"""POST /v1/inferences: Shoal's own format."""

from collections import Counter
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from shoal.http.problems import Problem
from shoal.http.reading import read_body
from shoal.observability import metrics
from shoal.security import Principal, require
from shoal_ingest.usecases.accept import Accepted, AcceptInferences, Result
from shoal_ingest.usecases.items import NotJson, Parsed, parse

ACCEPTED, NONE_ACCEPTED = 202, 422


def inference_routes(accept: AcceptInferences, most_bytes: int) -> APIRouter:
    """Return the route."""
    may = Annotated[Principal, Depends(require("producer"))]
    routes = APIRouter(tags=["inferences"])

    @routes.post("/v1/inferences", status_code=ACCEPTED, response_model=None)
    async def inferences(request: Request, principal: may) -> Response:
        """Take one inference (a JSON object), several (an array), or a stream of them (NDJSON); gzip too.

        Answers 202 when Kafka has at least one of them, with a result for each, in order; 422 when none was
        good, 503 when Kafka did not acknowledge: send the same body again then, nothing is counted twice.
        """
        items = _parsed(await read_body(request, most_bytes))
        return _answer(await accept(items, principal.project))

    return routes


def _parsed(body: bytes) -> list[Parsed]:
    try:
        return parse(body)
    except NotJson as error:
        raise Problem(
            400,
            "Not JSON",
            f"the body cannot be read: {error}",
            field="body",
            fix="Send a JSON object, an array of objects, or one object per line",
        ) from error


def _answer(results: list[Result]) -> Response:
    told = [_told(index, result) for index, result in enumerate(results)]
    counts = Counter(each.get("reason", "") for each in told)
    for reason, count in counts.items():
        metrics.INFERENCES.labels(reason or "accepted").inc(count)
    accepted = counts[""]
    body = {"accepted": accepted, "rejected": len(told) - accepted, "results": told}
    if accepted or not told:
        return Response(orjson.dumps(body), ACCEPTED, media_type="application/json")
    first = {**told[0], "title": "No inference was good", "type": "about:blank"}
    problem = {name: first[name] for name in ("type", "title", "detail", "field", "fix")}
    return Response(
        orjson.dumps({**problem, **body, "status": NONE_ACCEPTED}),
        NONE_ACCEPTED,
        media_type="application/problem+json",
    )


def _told(index: int, result: Result) -> dict[str, Any]:
    if isinstance(result, Accepted):
        return {"index": index, "status": "accepted", "sample_id": result.sample_id}
    return {
        "index": index,
        "status": "rejected",
        "reason": result.reason,
        "field": result.field,
        "detail": result.detail,
        "fix": result.fix,
    }
