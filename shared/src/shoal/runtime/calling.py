"""The trace of the caller of a request, for links from samples' traces and for log lines."""

from typing import Any

import structlog

from shoal.observability.spans import TRACEPARENT
from shoal.observability.traces import caller


class Calling:
    """ASGI middleware that reads the header `traceparent` (W3C Trace Context)."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run the application with the caller's trace as its context, if the header is valid."""
        if scope["type"] != "http" or not (match := TRACEPARENT.fullmatch(_traceparent_of(scope))):
            await self._app(scope, receive, send)
            return
        token = caller.set(match[0])
        try:
            with structlog.contextvars.bound_contextvars(caller_trace_id=match[1]):
                await self._app(scope, receive, send)
        finally:
            caller.reset(token)


def _traceparent_of(scope: Any) -> str:
    values = [value for name, value in scope["headers"] if name == b"traceparent"]
    return values[0].decode("latin-1") if len(values) == 1 else ""
