"""Complete the OpenAPI document: the problems of routes, and those that all operations share."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from shoal.http.problems import MEDIA_TYPE
from shoal.http.schemas import ProblemDetails

Responses = dict[int | str, dict[str, Any]]
_MEANINGS = {
    400: "The request cannot be read.",
    401: "The key is missing or unknown.",
    403: "The key lacks the permission.",
    404: "The resource does not exist.",
    408: "The body took too long.",
    409: "The request conflicts with the present state.",
    410: "The resource was erased, or its storage lost it.",
    413: "The body is too large.",
    415: "The body's encoding is not supported.",
    416: "The range contains no byte of the file.",
    422: "A field is wrong; the problem names it.",
    429: "Too many requests; repeat later.",
    503: "A server that this one depends on is unavailable; repeat later.",
}
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problem_responses(*statuses: int) -> Responses:
    """Return the `responses` of a route that may answer with these problems."""
    return {status: {"description": _MEANINGS[status], "content": _CONTENT} for status in sorted(statuses)}


def describe_app(app: FastAPI, models: Sequence[type[BaseModel]] = ()) -> dict[str, Any]:
    """Return the OpenAPI document of `app`, which is built once.

    Every operation gets the problems that follow from its parts: 401 and 403 for a key, 429 for a body,
    400, 408, 413 and 422 for a JSON body, 422 for parameters, and always 503.
    """
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            separate_input_output_schemas=app.separate_input_output_schemas,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas["Problem"] = ProblemDetails.model_json_schema()
        schemas |= _model_definitions(models)
        for methods in document["paths"].values():
            for operation in methods.values():
                _complete_operation(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _model_definitions(models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    inputs: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in models]
    _, definitions = models_json_schema(inputs, ref_template="#/components/schemas/{model}")
    return dict(definitions.get("$defs", {}))


def _complete_operation(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):  # FastAPI's default
        del responses["422"]
    shared = {
        str(status): response
        for status, response in problem_responses(*_implied_statuses(operation)).items()
        if str(status) not in responses
    }
    operation["responses"] = dict(sorted({**responses, **shared}.items()))


def _implied_statuses(operation: dict[str, Any]) -> set[int]:
    statuses = {503}
    if "security" in operation:
        statuses |= {401, 403}
    if "requestBody" in operation:
        statuses |= {429}
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        statuses |= {400, 408, 413, 422}
    if operation.get("parameters"):
        statuses |= {422}
    return statuses
