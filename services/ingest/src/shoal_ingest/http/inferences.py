"""POST /v1/inferences: inferences in Shoal's format."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from shoal.http.guard import reads_body
from shoal.http.openapi import problem_responses
from shoal.http.problems import MEDIA_TYPE, Problem
from shoal.http.projects import Producer
from shoal.http.reading import ENCODING, read_body
from shoal.threads import off_loop
from shoal_ingest.http.inference_schemas import InferencesAnswer
from shoal_ingest.http.parts import Wired
from shoal_ingest.http.results import ACCEPTED, NONE_ACCEPTED, answer_results
from shoal_ingest.usecases.bodies.elements import NotJson
from shoal_ingest.usecases.bodies.items import MOST_ITEMS, Parsed, TooManyItems, parse_body

# Bytes and parts of a body that are parsed, and results that are answered, on the event loop, in 5 ms.
_SHORT, _FEW_PARTS, _FEW = 32 * 1024, 100, 200
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
    body = await read_body(request, parts.max_body_bytes)
    items = await off_loop(_is_long(body), _parse_body, body)
    results = await parts.accept(items, key.project)
    return await off_loop(len(results) > _FEW, answer_results, results)


def _is_long(body: bytes) -> bool:
    return len(body) > _SHORT or body.count(b"\n") + body.count(b",") > _FEW_PARTS


def _parse_body(body: bytes) -> list[Parsed]:
    try:
        return parse_body(body)
    except TooManyItems as error:
        raise Problem(
            413,
            "Too many inferences",
            f"the body has more than {MOST_ITEMS} inferences",
            field="body",
            fix="Send fewer inferences in one request",
        ) from error
    except NotJson as error:
        raise Problem(
            400,
            "Not JSON",
            f"the body cannot be read: {error}",
            field="body",
            fix="Send a JSON object, an array of objects, or one object per line",
        ) from error
