"""What is refused before a body is parsed, on a real socket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request
from pydantic import BaseModel, SecretStr

from shoal.http import guard, reading
from shoal.http.application import create_app
from shoal.http.guard import MOST_BYTES, reads_body, takes_many_values
from shoal.http.holding import BodyMemory, HeldBody
from shoal.http.problems import Problem, problem_response
from shoal.http.projects import Operator
from shoal.http.reading import read_body
from shoal.runtime import connections
from shoal.runtime.server import bind_address, serve_app, url_of
from shoal.security.access import Access

routes = APIRouter()


class Text(BaseModel):
    text: str


@routes.post("/v1/texts")
async def store_text(text: Text, key: Operator) -> int:
    return len(text.text)


@routes.post("/v1/numbers")
@takes_many_values
async def count_numbers(numbers: list[int], key: Operator) -> int:
    return len(numbers)


@routes.post("/v1/raw")
@reads_body
async def store_raw(request: Request) -> int:
    return len(await read_body(request, 4 * MOST_BYTES))


@asynccontextmanager
async def served(admin_key: str | None = "root", *, loopback: bool = False) -> AsyncIterator[str]:
    app = create_app(title="test", summary="test", routers=[routes], parts=None)
    secret = None if admin_key is None else SecretStr(admin_key)
    app.state.access = Access(None, secret, loopback=loopback)
    sock = bind_address("127.0.0.1", 0)
    async with serve_app(app, sock, graceful_timeout_s=1):
        yield url_of(sock)


async def post(url: str, **options: Any) -> httpx.Response:
    async with httpx.AsyncClient(timeout=60) as client:
        return await client.post(url, **options)


KEY = {"authorization": "Bearer root", "content-type": "application/json"}


async def test_a_body_without_a_key_or_with_a_wrong_one_is_answered_before_it_is_read() -> None:
    async with served() as url:
        for headers in ({}, {"authorization": "Bearer wrong"}):
            answer = await send_slowly(f"{url}/v1/texts", headers, length=30 << 20, parts=1)
            assert answer.startswith(b"HTTP/1.1 401 ")
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["field"] == "authorization"


async def test_a_route_that_reads_json_takes_a_mebibyte() -> None:
    async with served() as url:
        body = json.dumps({"text": "x" * (MOST_BYTES - 100)})
        assert (await post(f"{url}/v1/texts", content=body, headers=KEY)).json() == MOST_BYTES - 100
        for content in (body + " " * 200, parts_of(body + " " * 200)):
            answer = await post(f"{url}/v1/texts", content=content, headers=KEY)
            assert (answer.status_code, answer.json()["field"]) == (413, "body")


async def parts_of(body: str) -> AsyncIterator[bytes]:
    """Give a body without a length, in chunks."""
    for start in range(0, len(body), 60_000):
        yield body[start : start + 60_000].encode()


async def test_a_route_that_reads_its_body_has_its_own_limit() -> None:
    async with served() as url:
        assert (await post(f"{url}/v1/raw", content=b"x" * (2 * MOST_BYTES))).json() == 2 * MOST_BYTES
        assert (await post(f"{url}/v1/raw", content=b"x" * (5 * MOST_BYTES))).status_code == 413


@pytest.mark.parametrize("path", ["texts", "raw"])
async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(guard, "BODY_S", 0.3)
    monkeypatch.setattr(reading, "BODY_S", 0.3)
    async with served() as url:
        answer = await send_slowly(f"{url}/v1/{path}", KEY, length=1000, parts=100)
        assert answer.startswith(b"HTTP/1.1 408 ")


async def send_slowly(url: str, headers: dict[str, str], *, length: int, parts: int) -> bytes:
    """Send the head and `parts` bytes of a body, a byte every 50 ms, until an answer comes; return it."""
    host = url.split("/")[2]
    reader, writer = await asyncio.open_connection(*host.split(":"))
    lines = [f"POST /{url.split('/', 3)[3]} HTTP/1.1", f"host: {host}", f"content-length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    answer = asyncio.create_task(reader.read(65_536))
    for _ in range(parts):
        if answer.done():
            break
        writer.write(b"x")
        await asyncio.sleep(0.05)
    async with asyncio.timeout(60):
        return await answer


@pytest.mark.parametrize(
    ("loopback", "headers", "status"),
    [
        (True, {}, 200),
        (True, {"host": "localhost:80"}, 200),
        (True, {"host": "[::1]:80"}, 200),
        (True, {"host": "evil.example"}, 403),
        (True, {"host": "127.0.0.1.evil.example:80"}, 403),
        (True, {"host": "["}, 403),
        (False, {"host": "ingest.shoal.svc"}, 200),
        (False, {"origin": "https://evil.example"}, 403),
        (False, {"origin": "null"}, 403),
        (False, {"host": "shoal.example", "origin": "https://shoal.example"}, 200),
    ],
)
async def test_without_keys_other_sites_are_refused(
    loopback: bool, headers: dict[str, str], status: int
) -> None:
    async with served(None, loopback=loopback) as url:
        answer = await post(f"{url}/v1/texts", json={"text": "x"}, headers=headers)
        assert answer.status_code == status
    async with served("root", loopback=loopback) as url:
        answer = await post(f"{url}/v1/texts", json={"text": "x"}, headers=headers | KEY)
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "send",
    [
        lambda writer: writer.write(b""),
        lambda writer: writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n"),
    ],
    ids=["silence", "half a head"],
)
async def test_a_connection_without_a_whole_head_is_closed(
    monkeypatch: pytest.MonkeyPatch, send: Callable[[asyncio.StreamWriter], None]
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    async with served() as url:
        reader, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
        send(writer)
        async with asyncio.timeout(60):
            assert await reader.read() == b""


async def test_a_head_that_never_ends_is_given_up() -> None:
    async with served() as url:
        _, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
        writer.write(b"GET / HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            for number in range(10_000):
                writer.write(f"header-{number}: {'x' * 1000}\r\n".encode())
                await writer.drain()
                await asyncio.sleep(0)


async def test_a_connection_is_used_again_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 1.0)
    async with served() as url, httpx.AsyncClient(timeout=60) as client:
        for pause in (1.2, 0):
            answer = await client.post(f"{url}/v1/texts", json={"text": "x"}, headers=KEY)
            assert answer.status_code == 200
            await asyncio.sleep(pause)


async def test_requests_that_hold_too_much_together_are_asked_to_come_later() -> None:
    memory = BodyMemory(most=100)
    first, second = HeldBody(memory), HeldBody(memory)
    first.hold(60)
    first.hold(40)
    with pytest.raises(Problem) as refused:
        second.hold(1)
    answer = problem_response(refused.value)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    first.release()
    second.hold(100)


async def test_bodies_are_given_back_when_they_are_answered() -> None:
    memories: list[BodyMemory] = []
    app = create_app(title="test", summary="test", routers=[routes], parts=None)
    app.state.access = Access(None, SecretStr("root"))

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        memories.append(scope["shoal.held_body"].memory)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(watched), base_url="http://shoal") as client:
        for content in (json.dumps({"text": "x" * 1000}), "not json", "x" * (MOST_BYTES + 1)):
            await client.post("/v1/texts", content=content, headers=KEY)
    assert [memory.held for memory in memories] == [0, 0, 0]


@pytest.mark.parametrize(
    "body",
    [
        "{" + ",".join(f'"a{number}":0' for number in range(60_000)) + "}",
        "[" + ",".join(["0"] * 60_000) + "]",
        '{"text": [' + ",".join(["{}"] * 60_000) + "]}",
        '"' + '\\"' * 200_000 + "," * 60_000 + '", ' + "0," * 60_000,
    ],
    ids=["fields", "items", "objects", "escapes"],
)
async def test_a_body_of_very_many_values_is_refused_at_once(body: str) -> None:
    async with served() as url:
        began = time.process_time()  # the time on the clock grows with the work of others
        answer = await post(f"{url}/v1/texts", content=body, headers=KEY)
        assert (answer.status_code, answer.json()["title"]) == (413, "Too many values")
        assert time.process_time() - began < 1


async def test_a_route_may_take_many_values() -> None:
    async with served() as url:
        for count, status in ((40_000, 200), (60_000, 413)):
            answer = await post(f"{url}/v1/numbers", json=[0] * count, headers=KEY)
            assert answer.status_code == status
            answer = await post(f"{url}/v1/texts", json=[0] * count, headers=KEY)
            assert answer.status_code == 413


async def test_commas_of_a_text_are_no_values() -> None:
    async with served() as url:
        body = json.dumps({"text": "," * 100_000})
        assert (await post(f"{url}/v1/texts", content=body, headers=KEY)).json() == 100_000
