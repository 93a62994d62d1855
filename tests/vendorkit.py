"""A vendor on a real socket that keeps to docs/generic-vendor.md."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

OK = "200 OK"


@dataclass(frozen=True, slots=True)
class Call:
    """One request of Shoal."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any

    @property
    def is_poll(self) -> bool:
        """Return whether this reads the feed."""
        return self.method == "GET"


@dataclass(slots=True)
class Vendor:
    """The vendor's state: it takes tasks, and its feed is the list `feed`, which a test fills."""

    calls: list[Call] = field(default_factory=list)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    feed: list[Any] = field(default_factory=list)

    async def answer(self, call: Call, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self.calls.append(call)
        await self.behave(call, writer)

    async def behave(self, call: Call, writer: asyncio.StreamWriter) -> None:
        """Answer as the interface says."""
        if call.is_poll:
            start = int(call.query.get("cursor", ["0"])[0])
            page = self.feed[start : start + int(call.query["limit"][0])]
            end = start + len(page)
            await send_json(
                writer, {"annotations": page, "next_cursor": str(end), "more": end < len(self.feed)}
            )
        elif call.method == "POST":
            results = []
            for task in call.body["tasks"]:
                status = "exists" if task["external_id"] in self.tasks else "created"
                self.tasks.setdefault(task["external_id"], task)
                results.append({"external_id": task["external_id"], "status": status, "task_id": "v"})
            await send_json(writer, {"results": results})
        elif call.method == "PUT" and call.path.endswith("/votes"):
            task = self.tasks[unquote(call.path.split("/")[-2])]
            task["votes"] = max(task["votes"], call.body["votes"])
            await send_json(writer, {"votes": task["votes"]})
        else:
            await send(writer, b"", status="204 No Content")


def annotation(task: str, who: str, label: str = "x", **changes: Any) -> dict[str, Any]:
    """Return an entry of a feed."""
    return {
        "external_id": task,
        "annotation_id": f"{who}@{task}"[:200],
        "revision": 1,
        "action": "submitted",
        "annotator": who,
        "answer": {"label": label},
        "submitted_at": "2026-03-01T12:00:00Z",
        "price": 0.04,
        **changes,
    }


async def send(
    writer: asyncio.StreamWriter, body: bytes, *, status: str = OK, headers: dict[str, str] | None = None
) -> None:
    """Write a whole answer."""
    lines = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)
    await writer.drain()


async def send_json(writer: asyncio.StreamWriter, value: Any) -> None:
    """Write a value as an answer."""
    await send(writer, json.dumps(value).encode())


@asynccontextmanager
async def serve_vendor(vendor: Vendor, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve a vendor on a free port of this event loop and yield its base_url."""
    handlers: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while call := await _read_call(reader):
                await vendor.answer(call, writer)
        handlers.discard(task)
        writer.close()

    server = await asyncio.start_server(handle, host, 0)
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(handlers):
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


async def _read_call(reader: asyncio.StreamReader) -> Call | None:
    line = await reader.readline()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (header := (await reader.readline()).decode("latin-1").strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    url = urlsplit(target)
    return Call(method, url.path, parse_qs(url.query), headers, json.loads(body) if body else None)
