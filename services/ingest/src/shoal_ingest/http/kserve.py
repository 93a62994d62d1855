"""POST /v1/kserve/{project}: KServe's logger, CloudEvents 1.0 in binary or structured mode.

From kserve/kserve, pkg/logger: request and response share ce-id and arrive separately; the sender logs any
status but 200 as an error, even 202, and drops the event.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from shoal.contracts.base import Timestamp
from shoal.contracts.samples import InferenceHalf
from shoal.http.guard import reads_body
from shoal.http.openapi import problem_responses
from shoal.http.problems import Problem
from shoal.http.projects import ProducerProject
from shoal.http.reading import ENCODING, read_body
from shoal_ingest import metrics
from shoal_ingest.http.cloudevents import BATCH, STRUCTURED, BadEvent, read_structured
from shoal_ingest.http.parts import Wired

TYPES: dict[str, Literal["request", "response"]] = {
    "org.kubeflow.serving.inference.request": "request",
    "org.kubeflow.serving.inference.response": "response",
}
MOST_BYTES = 900_000  # a payload is sent through Kafka unchanged
MOST_TEXT = 200
MOST_SOURCE = 500
OK = 200
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Timestamp)


_HEADERS: list[dict[str, Any]] = [
    {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string", "maxLength": MOST_TEXT, **schema},
    }
    for name, required, description, schema in (
        (
            "ce-id",
            False,
            "Id that the request and its response share. Required in binary mode.",
            {"minLength": 1},
        ),
        (
            "ce-type",
            False,
            "Whether the body is the request or the response. Required in binary mode.",
            {"enum": list(TYPES)},
        ),
        (
            "ce-source",
            False,
            "The sender; required without ce-inferenceservicename.",
            {"maxLength": MOST_SOURCE},
        ),
        ("ce-inferenceservicename", False, "The InferenceService, which names the model.", {}),
        ("ce-endpoint", False, "The endpoint, such as default or canary.", {}),
        ("ce-time", False, "Time of the inference; by default the time of arrival.", {"format": "date-time"}),
        (
            "inference-header-content-length",
            False,
            "Length of the JSON in front of binary tensors.",
            {"pattern": "^[0-9]+$"},
        ),
    )
]
_BODY = {
    "required": True,
    "description": "The payload that the model server received or sent: KServe's V1 protocol or the Open "
    "Inference Protocol (V2), as JSON, gzip or with binary tensors. It is read when its other half has arrived. "
    "In structured mode (application/cloudevents+json), the event's attributes and the payload in `data`.",
    "content": {
        "application/json": {
            "schema": {"type": "object"},
            "examples": {
                "request": {"value": {"instances": ["Wheat exports fell."]}},
                "response": {"value": {"predictions": [{"label": "grain", "scores": {"grain": 0.61}}]}},
            },
        },
        "application/octet-stream": {
            "schema": {"type": "string", "format": "binary"},
            "example": '{"inputs": [...]}, then the bytes of the binary tensors',
        },
        STRUCTURED: {
            "schema": {"type": "object"},
            "example": {
                "specversion": "1.0",
                "id": "8e1f",
                "type": "org.kubeflow.serving.inference.request",
                "source": "http://localhost:9081/",
                "inferenceservicename": "topics",
                "data": {"instances": ["Wheat exports fell."]},
            },
        },
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
    """Accept a request or a response. The two are joined by ce-id and become one sample per instance.

    What only the pair shows, such as an answer without a label, is refused when the two are joined, as a dead
    letter.
    """
    half = _inference_half(project, request, await read_body(request, MOST_BYTES), parts.clock())
    await parts.receive_half(half)
    metrics.INFERENCE_HALVES.labels(project, half.dialect, half.half).inc()
    return Response(status_code=OK)


def _inference_half(project: str, request: Request, body: bytes, now: datetime) -> InferenceHalf:
    attributes, payload = _read_event(request, body)
    if not payload.strip():
        raise _bad_event("body", "it is empty", "Send the payload of the request or the response")
    return InferenceHalf(
        project=project,
        correlation_id=_required_header(attributes, "ce-id"),
        half=_half_kind(_required_header(attributes, "ce-type")),
        dialect="kserve",
        # Both halves have the same value; ce-source differs in some versions.
        source=_optional_header(attributes, "ce-inferenceservicename")
        or _required_header(attributes, "ce-source"),
        endpoint=_optional_header(attributes, "ce-endpoint"),
        model=_optional_header(attributes, "ce-inferenceservicename"),
        media_type=(attributes.get("content-type") or "application/json")[:MOST_TEXT],
        payload=payload,
        occurred_at=_event_time(attributes.get("ce-time"), now),
        received_at=now,
    )


def _read_event(request: Request, body: bytes) -> tuple[Mapping[str, str], bytes]:
    """Return the attributes, named as in binary mode, and the payload."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type == BATCH:
        raise Problem(
            415,
            "Batches are not read",
            f"content-type: {BATCH} is not read",
            field="content-type",
            fix=f"Send each event in its own request, in binary mode or as {STRUCTURED}",
        )
    if media_type == STRUCTURED:
        try:
            return read_structured(body)
        except BadEvent as error:
            raise _bad_event(error.field, error.detail, error.fix) from error
    _check_json_length(request.headers.get("inference-header-content-length"), len(body))
    return request.headers, body


def _check_json_length(value: str | None, size: int) -> None:
    if value is None or (value.isdecimal() and len(value) < 10 and int(value) <= size):
        return
    field = "inference-header-content-length"
    raise _bad_event(
        field, f"{value[:40]!r} is no length within the body's {size} bytes", "Send the JSON's length"
    )


def _half_kind(type_: str) -> Literal["request", "response"]:
    if type_ in TYPES:
        return TYPES[type_]
    raise _bad_event("ce-type", f"{type_[:80]!r} is unknown", f"Send one of {', '.join(TYPES)}")


def _required_header(attributes: Mapping[str, str], name: str) -> str:
    value = _optional_header(attributes, name)
    if not value:
        raise _bad_event(name, "it is missing", f"Send {name} as KServe's logger does")
    return value


def _optional_header(attributes: Mapping[str, str], name: str) -> str | None:
    value = (attributes.get(name) or "").strip()
    most = MOST_SOURCE if name == "ce-source" else MOST_TEXT
    if len(value) > most:
        raise _bad_event(name, f"more than {most} characters", "Send a shorter value")
    if not value.isprintable():  # NUL, control characters and halves of surrogate pairs
        raise _bad_event(name, "it holds a character that cannot be printed", "Remove the character")
    return value or None


def _event_time(value: str | None, now: datetime) -> datetime:
    if not value:
        return now
    try:
        moment = datetime.fromisoformat(value)
        return _MOMENT.validate_python(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except ValidationError as error:
        raise _bad_event("ce-time", "the time is out of range", "Send the time of the inference") from error
    except ValueError as error:
        raise _bad_event("ce-time", f"{value[:40]!r} is not RFC 3339", "Send 2026-01-31T12:00:00Z") from error


def _bad_event(field: str, detail: str, fix: str) -> Problem:
    return Problem(400, "Not a CloudEvent of KServe", f"{field}: {detail}", field=field, fix=fix)
