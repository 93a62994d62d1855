"""Measure the time of every request by route and status."""

import time
from typing import Any

from shoal.observability import metrics
from shoal.observability.declaring import OTHER


class Timing:
    """ASGI middleware; the outermost one, so that it counts the statuses that clients see."""

    def __init__(self, app: Any, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run the application and measure its time."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def noted(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            # A route's pattern, never a path, and no method that a client made up: both have no limit.
            route = getattr(scope.get("route"), "path", "(unknown)")
            method = scope["method"] if scope["method"] in metrics.HTTP_METHODS else OTHER
            labels = (self._service, method, route, str(status))
            metrics.HTTP_SECONDS.labels(*labels).observe(time.perf_counter() - begun)
