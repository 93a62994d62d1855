"""`shoal qa freeze` shows how many labels are read, and says what a version leaves out."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from typer.testing import CliRunner

from shoal.runtime.refusal import Refused
from shoal_qa.cli import service
from shoal_qa.http.freezing import LINES, progress_lines

MANIFEST = {
    "dataset": "topics",
    "rows": 49,
    "left_out": [
        {"major": 1, "reason": "asked_again", "label": "misc", "labels": 12},
        {"major": 1, "reason": "something_new", "label": None, "labels": 1},
    ],
}
Report = Callable[[int, int], None]


async def freeze_after_two_reports(report: Report, seen: asyncio.Event) -> dict[str, Any]:
    report(20, 49)
    await seen.wait()
    return MANIFEST


async def refuse(_report: Report, _seen: asyncio.Event) -> dict[str, Any]:
    raise Refused("conflict", "there is no accepted label", field="project", fix="Label something")


async def answered_lines(work: Any) -> list[Any]:
    """Return the lines of an answer whose work waits until a line was sent."""
    app, seen = FastAPI(), asyncio.Event()

    async def sent(request: Request) -> AsyncIterator[bytes]:
        async for line in progress_lines(request, lambda report: work(report, seen), interval_s=0.01):
            seen.set()
            yield line

    @app.post("/")
    async def freeze(request: Request) -> StreamingResponse:
        return StreamingResponse(sent(request), media_type=LINES)

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://qa") as client:
        return [json.loads(line) for line in (await client.post("/")).text.splitlines()]


async def test_an_answer_of_lines_ends_with_the_manifest_or_the_problem() -> None:
    *progress, last = await answered_lines(freeze_after_two_reports)
    assert progress[0] == {"labels": 20, "total": 49}
    assert last == {"manifest": MANIFEST}
    (line,) = await answered_lines(refuse)
    assert (line["problem"]["status"], line["problem"]["fix"]) == (409, "Label something")


def run_freeze(*lines: Any) -> tuple[Any, list[Any]]:
    """Run the command against a service that answers lines; return its result and the bodies it sent."""
    bodies: list[Any] = []

    class Service(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Print nothing."""

        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write("".join(json.dumps(line) + "\n" for line in lines).encode())

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        command = ["freeze", "news", "topics", "--major", "1", "--major", "2", "--url", url]
        result = CliRunner().invoke(service.app, command)
        thread.join()
    return result, bodies


def test_labels_that_are_left_out_are_counted_on_stderr() -> None:
    result, bodies = run_freeze({"labels": 20, "total": 62}, {"manifest": MANIFEST})
    assert result.exit_code == 0, result.output
    assert bodies == [{"dataset": "topics", "seed": 0, "majors": [1, 2]}]
    assert "left out: 12 labels 'misc' of major 1: a later guideline asks them again" in result.stderr
    assert "left out: 1 label of major 1: something_new" in result.stderr
    assert '"rows": 49' in result.stdout


@pytest.mark.parametrize("last", [{"problem": {"status": 409, "detail": "no label", "fix": "Label"}}, None])
def test_a_freeze_that_fails_on_its_way_is_one_line(last: Any) -> None:
    result, _ = run_freeze({"labels": 20, "total": 62}, *([last] if last else []))
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert ("no label" in result.stderr) == (last is not None)
