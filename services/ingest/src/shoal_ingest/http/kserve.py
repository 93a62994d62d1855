"""POST /v1/kserve/{project}: KServe's logger, CloudEvents 1.0 in binary mode.

From kserve/kserve, pkg/logger: request and response share ce-id and arrive separately; the sender logs any
status but 200 as an error, even 202.
"""

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from shoal.contracts.samples import InferenceHalf
from shoal.http.guard import reads_body
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import ProducerProject
from shoal.http.reading import ENCODING, read_body
from shoal.observability import metrics
from shoal_ingest.http.parts import Wired

TYPES: dict[str, Literal["request", "response"]] = {
    "org.kubeflow.serving.inference.request": "request",
    "org.kubeflow.serving.inference.response": "response",
}
MOST_BYTES = 900_000  # a payload is sent through Kafka unchanged
MOST_TEXT = 200
OK = 200


_HEADERS: list[dict[str, Any]] = [
    {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string", "maxLength": MOST_TEXT, **schema},
    }
    for name, required, description, schema in (
        ("ce-id", True, "Id that the request and its response share.", {"minLength": 1}),
        ("ce-type", True, "Whether the body is the request or the response.", {"enum": list(TYPES)}),
        ("ce-source", False, "The sender; required without ce-inferenceservicename.", {}),
        ("ce-inferenceservicename", False, "The InferenceService, which names the model.", {}),
        ("ce-endpoint", False, "The endpoint, such as default or canary.", {}),
        ("ce-time", False, "Time of the inference; by default the time of arrival.", {"format": "date-time"}),
    )
]
_BODY = {
    "required": True,
    "description": "The payload that the model server received or sent: KServe's V1 protocol or the Open "
    "Inference Protocol (V2). It is read when its other half has arrived.",
    "content": {
        "application/json": {
            "schema": {"type": "object"},
            "examples": {
                "request": {"value": {"instances": ["Wheat exports fell."]}},
                "response": {"value": {"predictions": [{"label": "grain", "scores": {"grain": 0.61}}]}},
            },
        }
    },
}

routes = APIRouter(tags=["inferences"])


@routes.post(
    "/v1/kserve/{project}",
    status_code=OK,
    response_class=Response,
    summary="Log a KServe request or response",
    responses={OK: {"description": "Kafka has the payload."}, **problem_responses(404, 413, 415)},
    openapi_extra={"requestBody": _BODY, "parameters": [*_HEADERS, ENCODING]},
)
@reads_body
async def log_kserve(project: ProducerProject, request: Request, parts: Wired) -> Response:
    """Accept a request or a response. The two are joined by ce-id and become one sample per instance."""
    half = _inference_half(project, request, await read_body(request, MOST_BYTES), parts.clock())
    await parts.receive_half(half)
    metrics.INFERENCE_HALVES.labels(half.dialect, half.half).inc()
    return Response(status_code=OK)


def _inference_half(project: str, request: Request, payload: bytes, now: datetime) -> InferenceHalf:
    return InferenceHalf(
        project=project,
        correlation_id=_required_header(request, "ce-id"),
        half=_half_kind(_required_header(request, "ce-type")),
        dialect="kserve",
        # Both halves have the same value; ce-source differs in some versions.
        source=_optional_header(request, "ce-inferenceservicename") or _required_header(request, "ce-source"),
        endpoint=_optional_header(request, "ce-endpoint"),
        model=_optional_header(request, "ce-inferenceservicename"),
        media_type=(request.headers.get("content-type") or "application/json")[:MOST_TEXT],
        payload=payload,
        occurred_at=_event_time(request, now),
        received_at=now,
    )


def _half_kind(type_: str) -> Literal["request", "response"]:
    if type_ in TYPES:
        return TYPES[type_]
    raise _bad_event("ce-type", f"{type_!r} is unknown", f"Send one of {', '.join(TYPES)}")


def _required_header(request: Request, name: str) -> str:
    value = _optional_header(request, name)
    if not value:
        raise _bad_event(name, "the header is missing", f"Send {name} as KServe's logger does")
    return value


def _optional_header(request: Request, name: str) -> str | None:
    value = request.headers.get(name)
    if value is not None and len(value) > MOST_TEXT:
        raise _bad_event(name, f"more than {MOST_TEXT} characters", "Send a shorter value")
    return value or None


def _event_time(request: Request, now: datetime) -> datetime:
    value = request.headers.get("ce-time")
    if not value:
        return now
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise _bad_event("ce-time", f"{value[:40]!r} is not RFC 3339", "Send 2026-01-31T12:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bad_event(field: str, detail: str, fix: str) -> Problem:
    return Problem(400, "Not a CloudEvent of KServe", f"{field}: {detail}", field=field, fix=fix)
