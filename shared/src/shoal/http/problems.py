"""Errors over HTTP: application/problem+json that names the field and the fix (RFC 9457)."""

from typing import Any

import asyncpg
import httpx
import orjson
import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shoal.inputs import field_of, fix_of, message_of
from shoal.messaging.errors import MessageTooLarge, Transient, action_after, is_transient
from shoal.outages import Action
from shoal.runtime.refusal import Kind, Refused
from shoal.security.access import Denied

_log = structlog.get_logger("shoal.http")
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"retry-after": "5"}
UNREAD = {"connection": "close"}
"""Headers of an answer to a request whose body was not read to its end."""
_SHOWN = 3  # number of errors in the detail
_REFUSALS: dict[Kind, tuple[int, str]] = {
    "malformed": (400, "Malformed request"),
    "unauthenticated": (401, "Unauthorized"),
    "forbidden": (403, "Forbidden"),
    "unknown": (404, "Not found"),
    "conflict": (409, "Conflict"),
    "gone": (410, "Gone"),
    "invalid": (422, "Invalid request"),
}
_MAYBE_OUTAGES = (
    Transient,
    OSError,
    httpx.TransportError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    KafkaError,
)
_POSTGRES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Problem(Exception):
    """An error answer; `field` names the wrong part of the request, `fix` how to correct it."""

    def __init__(
        self, status: int, title: str, detail: str, *, field: str | None = None, fix: str | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.field = field
        self.fix = fix


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return the problem as a response; 429 and 503 say when to come again."""
    texts = {
        "title": problem.title,
        "detail": problem.detail,
        "field": problem.field,
        "fix": problem.fix,
    }
    if problem.status in (429, 503):
        headers = {**RETRY_AFTER, **(headers or {})}
    body = {
        "type": "about:blank",
        "status": problem.status,
        **{name: _encodable_text(text) for name, text in texts.items()},
    }
    return Response(orjson.dumps(body), problem.status, headers, MEDIA_TYPE)


def _encodable_text(text: str | None) -> str | None:
    """Return a text without lone surrogates, which JSON can contain and UTF-8 cannot."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def status_of(kind: Kind) -> int:
    """Return the HTTP status of a kind of refusal."""
    return _REFUSALS[kind][0]


def install_problems(app: FastAPI) -> None:
    """Answer every error of `app` as a problem, FastAPI's too, and outages of dependencies with 503."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(Refused, _answer_refused)
    app.add_exception_handler(Denied, _answer_denied)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(MessageTooLarge, _answer_too_large)
    app.add_exception_handler(Exception, _answer_unexpected)
    for outage in _MAYBE_OUTAGES:
        app.add_exception_handler(outage, _answer_outage)


async def _answer_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error, UNREAD if error.status in (408, 413, 429) else None)


async def _answer_refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    status, title = _REFUSALS[error.kind]
    return problem_response(
        Problem(status, error.title or title, error.detail, field=error.field, fix=error.fix)
    )


async def error_response(request: Request, error: Exception) -> Response:
    """Return the answer to an error that is raised after the head of a response was sent."""
    if isinstance(error, Refused):
        return await _answer_refused(request, error)
    return await _answer_outage(request, error)


async def _answer_denied(_: Request, error: Exception) -> Response:
    assert isinstance(error, Denied)
    return denied_response(error)


def denied_response(error: Denied) -> Response:
    """Return the answer to a request without a valid key, or without the role."""
    headers = {"www-authenticate": "Bearer"} if error.status == 401 else None
    problem = Problem(error.status, error.title, error.detail, field="authorization", fix=error.fix)
    return problem_response(problem, headers)


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if (
        error.status_code == 400
    ):  # FastAPI's error for a body that json rejects for other reasons than its syntax
        return problem_response(
            Problem(
                400,
                "Not JSON",
                "the body is not JSON in UTF-8, or nested too deeply",
                field="body",
                fix="Send one JSON value",
            )
        )
    fix = {
        404: "See the paths in /openapi.json",
        405: "See the methods of this path in /openapi.json",
    }.get(error.status_code)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problem_response(
        Problem(error.status_code, str(error.detail), detail, fix=fix), dict(error.headers or {})
    )


async def _answer_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if errors and errors[0]["type"] == "json_invalid":
        return problem_response(_json_problem(errors[0]))
    return problem_response(validation_problem(errors))


def _json_problem(error: dict[str, Any]) -> Problem:
    index = error["loc"][-1] if error["loc"] else 0
    reason = error.get("ctx", {}).get("error", error["msg"])
    return Problem(
        400,
        "Not JSON",
        f"the body is not JSON at character {index}: {reason}",
        field="body",
        fix="Send one JSON value",
    )


def validation_problem(errors: Any, *, status: int = 422) -> Problem:
    """Return pydantic's errors as a problem that names the first field and describes the first errors."""
    lines = [f"{field_of(error['loc'])}: {message_of(error)}" for error in errors[:_SHOWN]]
    more = len(errors) - len(lines)
    detail = "; ".join(lines) + (f"; and {more} more" if more > 0 else "")
    first = errors[0]
    return Problem(status, "Invalid request", detail, field=field_of(first["loc"]), fix=fix_of(first))


async def _answer_too_large(_: Request, error: Exception) -> Response:
    fix = "Send shorter texts or fewer items"
    return problem_response(Problem(413, "Too large", str(error), field="body", fix=fix))


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    _log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
    return problem_response(
        Problem(
            500,
            "Internal error",
            "Internal error; see the service's log",
            fix="Send the same request again; report the log's entry when it fails again",
        )
    )


async def _answer_outage(request: Request, error: Exception) -> Response:
    if not is_transient(error):
        return await _answer_unexpected(request, error)
    log = _log.error if action_after(error) is Action.HALT else _log.warning
    log("request_not_possible", method=request.method, path=request.url.path, error=repr(error))
    problem = Problem(503, "Not available", _outage_cause(error), fix="Send the same request again shortly")
    return problem_response(problem)


def _outage_cause(error: Exception) -> str:
    """Return a text that names the unavailable dependency, if the error reveals it."""
    if isinstance(error, Transient):
        return str(error)
    if isinstance(error, _POSTGRES):
        return "PostgreSQL is unavailable"
    if isinstance(error, KafkaError):
        return "Kafka is unavailable"
    return "a server that this service depends on is unavailable"
