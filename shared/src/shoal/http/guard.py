"""A guard in front of every route: key and role, then size and pace of the body, before anything is parsed.

FastAPI reads and parses a body before it runs the dependencies that check the key. Without the guard, a
request without a key costs as much as one with a key.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from re import Pattern
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shoal.contracts.projects import Role
from shoal.http.holding import BodyMemory, HeldBody
from shoal.http.problems import UNREAD, Problem, denied_response, problem_response
from shoal.security.access import Access, Denied, check_role

MOST_BYTES = 1 << 20
"""Size of a body that a route reads as JSON. Routes that read larger ones set their own limit."""

BODY_S = 20.0
"""Time for a whole body of that size, in seconds."""

MOST_VALUES, VERY_MANY_VALUES = 10_000, 50_000
"""Values in a JSON body, and in one of a route with `takes_many_values`.

10,000 that are all wrong take 0.05 s in the worst model of one object, during which nobody is answered, and
0.12 s as gold items; measured with all models of inputs on a busy machine.
"""

_DRAIN_S = 1.0
# A text without its end matches up to the body's, so that no body takes more than linear time.
_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)

F = TypeVar("F", bound=Callable[..., Any])


def reads_body(endpoint: F) -> F:
    """Mark a route's function that reads its body itself, with `shoal.http.reading.read_body`."""
    endpoint.reads_body = True  # type: ignore[attr-defined]
    return endpoint


def takes_many_values(endpoint: F) -> F:
    """Mark a route's function whose JSON body may hold thousands of items."""
    endpoint.takes_many_values = True  # type: ignore[attr-defined]
    return endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What a route needs and takes. role: None for a route without a key."""

    path: Pattern[str]
    methods: frozenset[str]
    role: Role | None
    reads_body: bool
    most_values: int


class Guard:
    """ASGI middleware; `app.state.access` holds the keys once the service runs."""

    def __init__(self, app: ASGIApp, routers: Sequence[APIRouter]) -> None:
        self._app = app
        self._memory = BodyMemory()
        self._rules = [
            _rule_of(route) for router in routers for route in router.routes if isinstance(route, APIRoute)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a problem, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        application: FastAPI = scope["app"]
        rule, headers = self._matching_rule(scope), Headers(scope=scope)
        held = scope["shoal.held_body"] = HeldBody(self._memory)
        try:
            if access := getattr(application.state, "access", None):
                await _check_access(access, rule, headers)
            if not (rule and rule.reads_body):
                body = await _read_whole(headers, receive, held)
                receive = _replay_body(body, receive)
                _check_values(body, rule.most_values if rule else MOST_VALUES)
        except Denied as error:
            response = denied_response(error)
            response.headers["connection"] = "close"
            await _send_answer(response, scope, receive, send)
        except Problem as error:
            await _send_answer(problem_response(error, UNREAD), scope, receive, send)
        else:
            await self._app(scope, receive, send)
        finally:
            held.release()

    def _matching_rule(self, scope: Scope) -> _Rule | None:
        path, method = scope["path"], scope["method"]
        return next((r for r in self._rules if method in r.methods and r.path.match(path)), None)


def _rule_of(route: APIRoute) -> _Rule:
    return _Rule(
        path=route.path_regex,
        methods=frozenset(route.methods or ()),
        role=_required_role(route.dependant),
        reads_body=getattr(route.endpoint, "reads_body", False),
        most_values=VERY_MANY_VALUES if hasattr(route.endpoint, "takes_many_values") else MOST_VALUES,
    )


def _required_role(dependant: Dependant) -> Role | None:
    """Return the role in the security scopes of a route's dependencies."""
    for inner in dependant.dependencies:
        role = _required_role(inner)
        if role is not None:
            return role
        if inner.own_oauth_scopes:
            return inner.own_oauth_scopes[0]  # type: ignore[return-value]
    return None


async def _check_access(access: Access, rule: _Rule | None, headers: Headers) -> None:
    """Raise Denied for a foreign page or host, and for a key that is missing, unknown or lacks the role."""
    access.check_origin(headers.get("host", ""), headers.get("origin"))
    if rule is not None and rule.role is not None:
        check_role(await access.principal(headers.get("authorization")), rule.role)


async def _read_whole(headers: Headers, receive: Receive, held: HeldBody) -> bytes:
    """Return the body. Raises Problem 413, 408 or 429."""
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise _too_large()
    if length == "0" and "transfer-encoding" not in headers:
        return b""
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(BODY_S):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    break
                parts.append(message.get("body", b""))
                size, more = size + len(parts[-1]), message.get("more_body", False)
                held.hold(len(parts[-1]))
                if size > MOST_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise _too_slow(BODY_S) from None
    return b"".join(parts)


def _check_values(body: bytes, most: int) -> None:
    """Raise Problem 413 for a JSON body of more values than can be validated without delaying others."""
    if body.count(b",") > most and _TEXTS.sub(b"", body).count(b",") > most:
        raise Problem(
            413,
            "Too many values",
            f"the body has more than {most} values",
            field="body",
            fix="Send fewer items in one request",
        )


def _replay_body(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body first, and then what the client sends."""
    replayed = False

    async def replay() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _send_answer(response: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer; a client that still sends would see no answer, so discard a little of its body first."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            await _drain_body(receive)
    await response(scope, receive, send)


async def _drain_body(receive: Receive) -> None:
    left = 4 * MOST_BYTES
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _too_large() -> Problem:
    return Problem(
        413,
        "Body too large",
        f"the body has more than {MOST_BYTES} bytes",
        field="body",
        fix="Send a smaller body",
    )


def _too_slow(seconds: float) -> Problem:
    return Problem(
        408, "Body too slow", f"the body took longer than {seconds:g} s", field="body", fix="Send it at once"
    )
