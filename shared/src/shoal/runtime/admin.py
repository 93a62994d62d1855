"""The admin port: liveness, readiness, startup and metrics."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shoal.messaging import Health
from shoal.observability.exposition import CONTENT_TYPE, render_series
from shoal.runtime.starting import Starting

Check = Callable[[], Awaitable[str]]


@dataclass(slots=True, kw_only=True)
class State:
    """The state behind the admin port; the runtime changes it as the service starts and stops."""

    starting: Starting = field(default_factory=Starting)
    started: bool = False
    stopping: bool = False
    health: Callable[[], list[Health]] = field(default=list)
    ready: tuple[Check, ...] = ()

    def dead(self) -> list[str]:
        """Return the faults that only a restart can fix."""
        return [f"{part.name}: {part.detail}" for part in self.health() if not part.alive]

    def notes(self) -> list[str]:
        """Return what is worth knowing about parts that are ready, such as a consumer that pauses."""
        return [f"{part.name}: {part.detail}" for part in self.health() if part.ready and part.detail]

    def not_started(self) -> list[str]:
        """Return what the service waits for until it has started once."""
        if self.started:
            return []
        parts = [f"{part.name}: {part.detail}" for part in self.health() if not part.ready]
        return [f"starting: waits for {self.starting.waits_for}", *parts]

    async def not_ready(self) -> list[str]:
        """Return the reasons why the service should get no requests at present."""
        if not self.started:
            return self.not_started()
        if self.stopping:
            return ["stopping"]
        waiting = [f"{part.name}: {part.detail}" for part in self.health() if not part.ready]
        return waiting + [reason for check in self.ready if (reason := await check())]


def admin_app(state: State) -> Starlette:
    """Return /livez, /readyz and /startupz (200 or 503, with the reasons) and /metrics (Prometheus).

    A consumer that pauses after faults is a note of /readyz and no problem: the service still takes requests.
    """

    async def live(_: Request) -> Response:
        return _text_response(state.dead())

    async def ready(_: Request) -> Response:
        return _text_response(state.dead() + await state.not_ready(), state.notes())

    async def startup(_: Request) -> Response:
        return _text_response(state.not_started())

    async def metrics(_: Request) -> Response:
        return Response(render_series(), media_type=CONTENT_TYPE)

    routes = [("/livez", live), ("/readyz", ready), ("/startupz", startup), ("/metrics", metrics)]
    return Starlette(routes=[Route(path, door) for path, door in routes])


def _text_response(problems: list[str], notes: list[str] | None = None) -> Response:
    body = {"status": "fail" if problems else "ok", "problems": problems}
    if notes:
        body["notes"] = notes
    return Response(orjson.dumps(body), 503 if problems else 200, media_type="application/json")
