"""The admin port: liveness, readiness, startup and metrics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shoal.messaging import Health
from shoal.observability.exposition import render_series
from shoal.runtime.dependencies import DependencyWatch
from shoal.runtime.starting import Starting


@dataclass(slots=True, kw_only=True)
class State:
    """The state behind the admin port; the runtime changes it as the service starts and stops.

    health: the state of every part. watches: the servers besides Kafka. role: the role that the process has.
    needs_kafka: whether the work of the role ends without Kafka.
    """

    role: str = "all"
    starting: Starting = field(default_factory=Starting)
    started: bool = False
    stopping: bool = False
    needs_kafka: bool = True
    health: Callable[[], list[Health]] = field(default=list)
    watches: Sequence[DependencyWatch] = ()

    def dead(self) -> list[str]:
        """Return the faults that only a restart can fix."""
        return [_part_line(part) for part in self.health() if not part.alive]

    def not_started(self) -> list[str]:
        """Return what the service waits for until it has started once."""
        if self.started:
            return []
        return [f"starting: waits for {self.starting.waits_for}", *self._waiting()]

    def not_ready(self) -> list[str]:
        """Return the reasons why the service should get no requests at present."""
        if not self.started:
            return self.not_started()
        if self.stopping:
            return ["stopping"]
        return [*(self._waiting() if self.needs_kafka else ()), *self._faults(needed=True)]

    def notes(self) -> list[str]:
        """Return what is worth knowing about a ready service, such as a consumer that pauses."""
        waiting = [] if self.needs_kafka or not self.started else self._waiting()
        parts = [_part_line(part) for part in self.health() if part.ready and part.detail]
        return [*parts, *waiting, *self._faults(needed=False)]

    def _waiting(self) -> list[str]:
        return [_part_line(part) for part in self.health() if part.alive and not part.ready]

    def _faults(self, *, needed: bool) -> list[str]:
        return [
            fault
            for watch in self.watches
            if watch.is_needed_by(self.role) is needed and (fault := watch.fault())
        ]


def admin_app(state: State) -> Starlette:
    """Return /livez, /readyz and /startupz (200 or 503, with the reasons) and /metrics (Prometheus).

    Every probe answers from memory. A consumer that pauses after faults is a note of /readyz and no problem:
    the service still takes requests.
    """

    async def live(_: Request) -> Response:
        return _text_response(state.dead())

    async def ready(_: Request) -> Response:
        return _text_response(state.dead() + state.not_ready(), state.notes())

    async def startup(_: Request) -> Response:
        return _text_response(state.not_started())

    async def metrics(request: Request) -> Response:
        body, content_type = render_series(request.headers.get("accept", ""))
        return Response(body, media_type=content_type)

    routes = [("/livez", live), ("/readyz", ready), ("/startupz", startup), ("/metrics", metrics)]
    return Starlette(routes=[Route(path, door) for path, door in routes])


def _part_line(part: Health) -> str:
    return f"{part.name}: {part.detail}"


def _text_response(problems: list[str], notes: list[str] | None = None) -> Response:
    body = {"status": "fail" if problems else "ok", "problems": problems}
    if notes:
        body["notes"] = notes
    return Response(orjson.dumps(body), 503 if problems else 200, media_type="application/json")
