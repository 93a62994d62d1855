"""The annotator's page before a small server that speaks the gateway's JSON: one project, one queue."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from playwright.async_api import Browser, Page, expect
from starlette.responses import JSONResponse, Response

from pages.annotatorkit import open_page
from shoal_gateway.http.page import page_routes
from shoal_local.ports import HOST, free_port

VERSION = {"major": 1, "minor": 0, "version": "1.0"}
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def classes_of(*names: str, **more: Any) -> list[dict[str, Any]]:
    """Return classes with these names; `more` belongs to each."""
    return [{"name": name, "definition": "", "definition_html": "", "examples": [], **more} for name in names]


class Desk:
    """The server: tasks wait in `tasks`, and answers arrive in `answers`."""

    def __init__(self, schema: dict[str, Any], contents: list[dict[str, Any]], **task: Any) -> None:
        self.schema = schema
        self.tasks = [
            {
                "task_id": f"task-{number}",
                "content": content,
                "schema": schema,
                "guideline": VERSION,
                "prediction": None,
                "prelabel": "shown",
                "leased_until": "2026-01-31T12:15:00Z",
                "dispute": None,
                **task,
            }
            for number, content in enumerate(contents)
        ]
        self.answers: list[dict[str, Any]] = []
        self.url = ""
        self.image = DOT
        self.title = "Desk"

    def app(self) -> FastAPI:
        """Return the server's routes, beside the page's own."""
        app = FastAPI()
        app.include_router(page_routes())
        for method, path, route in [
            ("GET", "/v1/projects", self.projects),
            ("GET", "/v1/projects/p/guideline", self.guideline),
            ("GET", "/v1/projects/p/progress", self.progress),
            ("GET", "/v1/projects/p/queue/next", self.next),
            ("GET", "/v1/projects/p/queue/last", self.last),
            ("POST", "/v1/tasks/{task}/annotations", self.answer),
            ("GET", "/dot.png", self.picture),
        ]:
            app.add_api_route(path, route, methods=[method])
        return app

    async def projects(self) -> JSONResponse:
        """Return the only project."""
        return JSONResponse(
            {
                "projects": [
                    {
                        "project": "p",
                        "title": self.title,
                        "guideline_title": "Rules",
                        "guideline_version": "1.0",
                        "waiting_for_you": len(self.tasks),
                        "reviews_for_you": 1,
                    }
                ]
            }
        )

    async def guideline(self) -> JSONResponse:
        """Return the guideline of the schema."""
        return JSONResponse(
            {"title": "Rules", "html": "<p>Rules.</p>", "guideline": VERSION, "label_schema": self.schema}
        )

    async def progress(self) -> JSONResponse:
        """Return this annotator's numbers."""
        done = len(self.answers)
        return JSONResponse(
            {
                "answered": done,
                "answered_since": done,
                "skipped": 0,
                "waiting_for_you": len(self.tasks) - done,
                "can_undo": done > 0,
            }
        )

    async def next(self) -> Response:
        """Return the next task, or nothing."""
        if len(self.answers) >= len(self.tasks):
            return Response(status_code=204)
        return JSONResponse(self.tasks[len(self.answers)])

    async def last(self) -> Response:
        """Return the last answer with its task."""
        if not self.answers:
            return Response(status_code=204)
        task = self.tasks[len(self.answers) - 1]
        answer = self.answers[-1]
        return JSONResponse({"annotation_id": "a", "answer": answer, "reason": "", "task": task})

    async def answer(self, task: str, request: Request) -> JSONResponse:
        """Keep an answer; another one to the same task replaces it."""
        body = await request.json()
        number = int(task.rsplit("-", 1)[1])
        self.answers[number : number + 1] = [body["answer"]]
        return JSONResponse({"action": "submitted"}, status_code=201)

    async def picture(self) -> Response:
        """Return the picture: one pixel, unless a test draws another."""
        return Response(self.image, media_type="image/png")


@asynccontextmanager
async def open_desk(
    schema: dict[str, Any], contents: list[dict[str, Any]], **task: Any
) -> AsyncIterator[Desk]:
    """Open a server with a task for each content."""
    desk, port = Desk(schema, contents, **task), free_port()
    desk.url = f"http://{HOST}:{port}"
    server = uvicorn.Server(
        uvicorn.Config(desk.app(), host=HOST, port=port, log_level="error", lifespan="off")
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield desk
    server.should_exit = server.force_exit = True
    await running


async def open_tasks(
    browser: Browser, desk: Desk, *, lane: str = "label", name: str = "ada", **context: Any
) -> Page:
    """Open the page at the first task. An error of the page, or a refusal of its policy, fails the test."""
    page = await open_page(browser, "about:blank", **context)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on("console", lambda message: message.type == "error" and pytest.fail(message.text))
    await page.add_init_script(
        f"if (location.protocol !== 'about:') localStorage.setItem('shoal.name', {name!r})"
    )
    await page.goto(f"{desk.url}/?project=p&lane={lane}")
    await expect(page.locator("body")).to_have_attribute("data-view", "task")
    return page


async def answered(page: Page, desk: Desk, count: int) -> dict[str, Any]:
    """Wait for the answer with this number and the view after it; return the answer."""
    view = "empty" if count == len(desk.tasks) else "task"
    await expect(page.locator("#progress-yours")).to_contain_text(f"You: {count} ")
    await expect(page.locator("body")).to_have_attribute("data-view", view)
    return desk.answers[count - 1]
