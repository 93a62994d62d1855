"""Errors over HTTP: application/problem+json that names the field and the fix (RFC 9457)."""

from typing import Any

import asyncpg
import httpx
import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shoal.messaging.errors import Transient, is_transient
from shoal.security.access import Denied

_log = structlog.get_logger("shoal.http")
MEDIA_TYPE = "application/problem+json"
_SHOWN = 3  # errors that are spelt out in the detail
_RETRY_AFTER_S = "5"
_MAYBE_OUTAGES = (
    Transient,
    OSError,
    httpx.TransportError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class Problem(Exception):
    """An answer other than success; `field` is what is wrong, `fix` what to do about it."""

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
    """Return the problem as a response."""
    body = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "field": problem.field,
        "fix": problem.fix,
    }
    return Response(orjson.dumps(body), problem.status, headers, MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Have every error of `app` answered as a problem, FastAPI's own too; an outage of what it needs with 503."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Denied, _denied)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
    for each in _MAYBE_OUTAGES:
        app.add_exception_handler(each, _outage)


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error)


async def _denied(_: Request, error: Exception) -> Response:
    assert isinstance(error, Denied)
    headers = {"www-authenticate": "Bearer"} if error.status == 401 else None
    problem = Problem(error.status, error.title, error.detail, field="authorization", fix=error.fix)
    return problem_response(problem, headers)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    fix = {
        404: "See the paths in /openapi.json",
        405: "See the methods of this path in /openapi.json",
    }.get(error.status_code)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problem_response(
        Problem(error.status_code, str(error.detail), detail, fix=fix), dict(error.headers or {})
    )


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if errors and errors[0]["type"] == "json_invalid":
        return problem_response(_not_json(errors[0]))
    return problem_response(validation_problem(errors))


def _not_json(error: dict[str, Any]) -> Problem:
    place = error["loc"][-1] if error["loc"] else 0
    reason = error.get("ctx", {}).get("error", error["msg"])
    return Problem(
        400,
        "Not JSON",
        f"the body is not JSON at character {place}: {reason}",
        field="body",
        fix="Send one JSON value",
    )


def validation_problem(errors: Any, *, status: int = 422) -> Problem:
    """Return pydantic's errors as a problem that names the first field and says what is wrong with each."""
    told = [f"{field_of(each['loc'])}: {each['msg']}" for each in errors[:_SHOWN]]
    more = len(errors) - len(told)
    detail = "; ".join(told) + (f"; and {more} more" if more > 0 else "")
    first = errors[0]
    return Problem(status, "Invalid request", detail, field=field_of(first["loc"]), fix=fix_of(first))


def field_of(loc: Any) -> str:
    """Return pydantic's place as a path: ("body", "labels", 0, "name") -> "labels[0].name"."""
    parts = [part for part in loc if part not in ("body", "query", "path", "header")] or list(loc) or ["body"]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")


_FIXES = {
    "missing": "Add the field",
    "extra_forbidden": "Remove the field, or correct its spelling",
    "string_type": "Send a text",
    "string_pattern_mismatch": "Use the form that the detail shows",
    "finite_number": "Send a finite number",
}


def fix_of(error: Any) -> str:
    """Return what to do about one of pydantic's errors."""
    return _FIXES.get(error["type"], "Correct the field as the detail says")


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
    return problem_response(
        Problem(
            500,
            "Internal error",
            "the service could not answer; nothing more is known to the caller",
            fix="Send the same request again; it is in the service's log if it fails again",
        )
    )


async def _outage(request: Request, error: Exception) -> Response:
    if not is_transient(error):
        return await _unexpected(request, error)
    _log.warning("request_not_possible", method=request.method, path=request.url.path, error=repr(error))
    problem = Problem(
        503,
        "Not available",
        "something that this service needs does not answer at present",
        fix="Send the same request again shortly",
    )
    return problem_response(problem, {"retry-after": _RETRY_AFTER_S})
