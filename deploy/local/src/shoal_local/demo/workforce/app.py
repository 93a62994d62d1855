"""The HTTP API of the generic vendor, five calls (docs/generic-vendor.md), and its server."""

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from shoal.http.problems import Problem, install_problems
from shoal_local.demo.workforce.board import BadCursor, Task, UnknownTask
from shoal_local.demo.workforce.crowd import Workforce

MOST_CHARACTERS = 10_000


class ClassIn(BaseModel):
    """One class an annotator may choose."""

    name: str


class SchemaIn(BaseModel):
    """The label schema."""

    classes: list[ClassIn] = Field(min_length=1)


class GuidelineIn(BaseModel):
    """The guideline that tasks refer to; its text is for people."""

    label_schema: SchemaIn


class ContentIn(BaseModel):
    """The content to label; this workforce reads text only."""

    text: str | None = None


class TaskIn(BaseModel):
    """One task."""

    external_id: str = Field(min_length=1, max_length=200)
    project: str
    guideline: str
    content: ContentIn
    votes: int = Field(ge=1, le=100)
    priority: int = 0


class TasksIn(BaseModel):
    """A batch of tasks."""

    callback_url: str | None = None
    guidelines: dict[str, GuidelineIn]
    tasks: list[TaskIn] = Field(max_length=200)


class VotesIn(BaseModel):
    """The total number of votes to collect."""

    votes: int = Field(ge=1, le=100)


def make_app(workforce: Workforce) -> FastAPI:
    """Return the application; the workforce works while the application is served."""

    @asynccontextmanager
    async def at_work(_: FastAPI) -> AsyncIterator[None]:
        work = asyncio.create_task(workforce.run())
        yield
        work.cancel()
        await asyncio.wait([work])

    app = FastAPI(title="Simulated workforce", docs_url=None, redoc_url=None, lifespan=at_work)
    install_problems(app)
    app.add_exception_handler(UnknownTask, _answer_unknown)
    app.include_router(_make_routes(workforce))
    return app


@asynccontextmanager
async def serve_workforce(workforce: Workforce, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve the workforce on this event loop and yield its address; port 0 takes a free one."""
    listening = socket.create_server((host, port))
    config = uvicorn.Config(make_app(workforce), log_level="warning", lifespan="on", access_log=False)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the caller handles signals
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://{host}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


def _make_routes(workforce: Workforce) -> APIRouter:
    routes = APIRouter(dependencies=[Depends(_check_key(workforce.terms.api_key))])
    _add_tasks(routes, workforce)
    _add_reports(routes, workforce)
    return routes


def _check_key(expected: str | None) -> Callable[[Request], None]:
    """Return the check of a request's key; without `expected`, every request passes."""

    def allowed(request: Request) -> None:
        header = request.headers.get("authorization", "")
        if expected is not None and not hmac.compare_digest(header.encode(), f"Bearer {expected}".encode()):
            raise Problem(401, "Wrong key", "the api_key is not this workforce's", field="authorization")

    return allowed


def _add_tasks(routes: APIRouter, workforce: Workforce) -> None:
    """Add the routes by which tasks come, change and go."""
    board = workforce.board

    @routes.post("/tasks")
    async def tasks(batch: TasksIn) -> dict[str, Any]:
        """Accept tasks; a task whose external_id exists already changes nothing."""
        results = [_take_task(workforce, batch, task) for task in batch.tasks]
        await workforce.call()
        return {"results": results}

    @routes.put("/tasks/{external_id}/votes")
    async def votes(external_id: str, body: VotesIn) -> dict[str, Any]:
        """Raise the total number of votes to collect; a smaller number changes nothing."""
        total = board.want(external_id, body.votes)
        await workforce.call()
        return {"external_id": external_id, "votes": total}

    @routes.put("/tasks/{external_id}/prediction")
    async def prediction(external_id: str) -> Response:
        """Accept a pre-label; this workforce does not show it."""
        board.find(external_id)
        return Response(status_code=501)

    @routes.delete("/tasks/{external_id}")
    async def cancel(external_id: str) -> Response:
        """Stop work on a task and delete its content."""
        board.cancel(external_id)
        return Response(status_code=204)


def _add_reports(routes: APIRouter, workforce: Workforce) -> None:
    """Add the routes that only read."""

    @routes.get("/annotations")
    async def annotations(
        project: str, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 200
    ) -> dict[str, Any]:
        """Return the feed, the authoritative list of annotations."""
        try:
            page = workforce.board.feed(project, cursor, limit)
        except BadCursor:
            detail = "use the cursor of an earlier page"
            raise Problem(400, "Unknown cursor", detail, field="cursor") from None
        return {"annotations": page.annotations, "next_cursor": page.cursor, "more": page.more}

    @routes.get("/simulation")
    async def simulation() -> dict[str, Any]:
        """Return the simulation's counts, for the demo's report; not part of the generic vendor's API."""
        return _simulation_counts(workforce)


def _simulation_counts(workforce: Workforce) -> dict[str, Any]:
    return {
        "people": len(workforce.crowd),
        "who_do_not_read": sum(person.spams for person in workforce.crowd),
        "speedup": workforce.terms.speedup,
        "tasks": len(workforce.board.tasks),
        "webhooks_sent": workforce.webhooks.delivered,
        "webhooks_lost": workforce.webhooks.lost,
    }


def _take_task(workforce: Workforce, batch: TasksIn, item: TaskIn) -> dict[str, Any]:
    error = _refusal_of(batch, item)
    if error is not None:
        return {"external_id": item.external_id, "status": "rejected", "error": error}
    number = workforce.board.next_number()
    schema = batch.guidelines[item.guideline].label_schema
    task = Task(
        external_id=item.external_id,
        number=number,
        project=item.project,
        text=item.content.text or "",
        classes=tuple(cls.name for cls in schema.classes),
        votes=item.votes,
        priority=item.priority,
        callback_url=batch.callback_url,
    )
    status = workforce.board.add(task)
    earlier = workforce.board.find(item.external_id)
    return {"external_id": item.external_id, "status": status, "task_id": f"v-{earlier.number}"}


def _refusal_of(batch: TasksIn, item: TaskIn) -> str | None:
    if item.guideline not in batch.guidelines:
        return f"guideline {item.guideline!r} is not in guidelines"
    if not item.content.text:
        return "content.text is missing: this workforce reads text only"
    if len(item.content.text) > MOST_CHARACTERS:
        return f"content.text is longer than {MOST_CHARACTERS:,} characters"
    return None


async def _answer_unknown(_: Request, error: Exception) -> Response:
    return JSONResponse({"title": "Unknown task", "detail": str(error), "status": 404}, 404)
