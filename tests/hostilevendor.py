"""A vendor on a real socket that answers as it pleases: slowly, endlessly, too much, or nonsense.

`async with serve_vendor(HostileVendor(trick="gzip bomb")) as url:` yields its base_url. TRICKS names the
tricks: BROKEN answers to every call, odd PAGES of a feed, odd RECEIPTS of tasks.
"""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from vendorkit import OK, Call, Vendor, annotation, send, send_json

BOMB_MIB = 64


@dataclass(slots=True)
class HostileVendor(Vendor):
    """A vendor with a trick, which may be changed while it is served; None keeps to the interface."""

    trick: str | None = None
    pause_s: float = 2.0

    async def answer(self, call: Call, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self.calls.append(call)
        if self.trick is not None:
            await TRICKS[self.trick](self, call, writer)
        else:
            await self.behave(call, writer)


Trick = Callable[[HostileVendor, Call, asyncio.StreamWriter], Awaitable[None]]


def _bytes(body: bytes, status: str = OK, **headers: str) -> Trick:
    async def trick(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
        await send(writer, body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return trick


def _page(make: Callable[[HostileVendor, Call], Any]) -> Trick:
    """Return a trick in the feed only; calls that send are answered as the interface says."""

    async def trick(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
        if call.is_poll:
            await send(writer, json.dumps(make(vendor, call)).encode())
        else:
            await vendor.behave(call, writer)

    return trick


def _receipts(make: Callable[[str], Any]) -> Trick:
    """Return a trick in the receipts only."""

    async def trick(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
        if call.method != "POST":
            await vendor.behave(call, writer)
            return
        results = [make(task["external_id"]) for task in call.body["tasks"]]
        await send_json(writer, {"results": results})

    return trick


async def _silence(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _slow_bytes(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(vendor.pause_s)


async def _slow_head(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x: y\r\n")
        await writer.drain()
        await asyncio.sleep(vendor.pause_s)


async def _endless_body(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()


async def _no_http(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x01 no http at all\r\n\r\n")
    await writer.drain()
    writer.close()


async def _hang_up(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
    writer.close()


def _endless(vendor: HostileVendor, call: Call) -> Any:
    number = len(vendor.calls)
    items = [annotation(f"none-{number}-{index}", "w") for index in range(5)]
    return {"annotations": items, "next_cursor": f"c{number}", "more": True}


async def _raw_items(vendor: HostileVendor, call: Call, writer: asyncio.StreamWriter) -> None:
    """Answer with items that no strict reader of JSON takes, beside one that every reader takes."""
    if not call.is_poll:
        await vendor.behave(call, writer)
        return
    good = json.dumps(annotation("t", "neighbour")).encode()
    deep = b'{"external_id": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    bad = [
        deep,
        b'{"external_id": "\xff"}',
        b'{"external_id": "\\ud800"}',
        b'{"revision": ' + b"9" * 5000 + b"}",
    ]
    body = b'{"annotations": [' + b",".join([*bad, good]) + b'], "next_cursor": "1", "more": false}'
    await send(writer, body)


def _items(*items: Any) -> Trick:
    return _page(lambda vendor, call: {"annotations": list(items), "next_cursor": "1", "more": False})


def _bomb() -> bytes:
    return gzip.compress(b" " * (BOMB_MIB << 20), 1)


REDIRECTS = {
    "redirect to the metadata service": "http://169.254.169.254/latest/meta-data",
    "redirect to loopback": "http://127.0.0.1:1/",
    "redirect to a file": "file:///etc/passwd",
}
BROKEN: dict[str, Trick] = {
    "silence": _silence,
    "slow bytes": _slow_bytes,
    "slow head": _slow_head,
    "endless body": _endless_body,
    "no http": _no_http,
    "hang up": _hang_up,
    "gzip bomb": _bytes(_bomb(), content_encoding="gzip"),
    "bad gzip": _bytes(b"this is no gzip", content_encoding="gzip"),
    "cut gzip": _bytes(gzip.compress(b'{"results": []}' * 99)[:-9], content_encoding="gzip"),
    "other encoding": _bytes(b"\x1b\x00", content_encoding="br"),
    "html": _bytes(b"<html>secret page</html>", content_type="text/html"),
    "cut json": _bytes(b'{"annotations": [{"'),
    "not utf-8": _bytes(b'{"annotations": "\xff\xfe"}'),
    "null": _bytes(b"null"),
    "empty": _bytes(b""),
    "list": _bytes(b"[1, 2]"),
    "text": _bytes(b'"annotations"'),
    "number": _bytes(b"1e999"),
    "wrong types": _bytes(b'{"annotations": 7, "results": 7, "next_cursor": []}'),
    "deep json": _bytes(b"[" * 100_000 + b"]" * 100_000),
    "huge number": _bytes(b'{"annotations": ' + b"9" * 100_000 + b"}"),
    "nul in an error": _bytes(b'{"error": "a\\u0000b"}', "422 Unprocessable"),
    "surrogate in an error": _bytes(b'{"error": "a\\ud800b"}', "503 Nope"),
    "status 299": _bytes(b"{}", "299 What"),
    "status 999": _bytes(b"{}", "999 What"),
    "odd retry-after": _bytes(b"", "429 Slow", retry_after="\xb2"),
    "endless retry-after": _bytes(b"", "429 Slow", retry_after="9" * 400),
    "far retry-after": _bytes(b"", "429 Slow", retry_after="Fri, 31 Dec 9999 23:59:59 -2359"),
    "large head": _bytes(b"{}", x="y" * 300_000),
    **{name: _bytes(b"", "307 Elsewhere", location=target) for name, target in REDIRECTS.items()},
}
"""Answers that are no answer, to every call."""

PAGES: dict[str, Trick] = {
    "endless pages": _page(_endless),
    "same cursor for ever": _page(lambda v, c: {"annotations": [], "next_cursor": "1", "more": True}),
    "nul in the cursor": _page(lambda v, c: {"annotations": [], "next_cursor": "a\x00b", "more": True}),
    "no cursor": _page(lambda v, c: {"annotations": [], "next_cursor": None, "more": True}),
    "huge cursor": _page(lambda v, c: {"annotations": [], "next_cursor": "c" * 100_000, "more": False}),
    "huge page": _page(lambda v, c: {"annotations": [{}] * 5000, "next_cursor": "1", "more": False}),
    "items of wrong types": _items(None, 1, "x", [], {}, {"external_id": 7}, True),
    "items that are hardly json": _raw_items,
    "nul in items": _items(
        annotation("a\x00b", "w"), annotation("t", "a\x00b"), annotation("t", "w", "\x00")
    ),
    "surrogates in items": _items(annotation("\ud800", "w"), annotation("t", "\udc00"), {"\ud800": 1}),
    "huge ids": _items(annotation("e" * 100_000, "w"), annotation("t", "w" * 100_000)),
    "huge numbers": _items(
        annotation("t", "w", revision=10**300),
        annotation("t", "w", price=1e308),
        annotation("t", "w", duration_s=1e308),
        annotation("t", "w", revision=2**31),
    ),
    "odd times": _items(
        *(
            annotation("t", "w", submitted_at=time)
            for time in (
                "0001-01-01T00:00:00+01:00",
                "9999-12-31T23:59:59-14:00",
                "10000-01-01T00:00:00Z",
                "yesterday",
                0,
                1e300,
                None,
            )
        )
    ),
}
"""Pages of a feed that are wrong as a whole or in their items."""

RECEIPTS: dict[str, Trick] = {
    "no receipts": _receipts(lambda task: None),
    "receipts for other tasks": _receipts(lambda task: {"external_id": "other", "status": "created"}),
    "receipts with nul": _receipts(
        lambda task: {"external_id": task, "status": "created", "task_id": "v\x00"}
    ),
    "rejected with nul": _receipts(
        lambda task: {"external_id": task, "status": "rejected", "error": "a\x00b" * 9999}
    ),
    "receipts of wrong types": _receipts(
        lambda task: {"external_id": task, "status": "created", "task_id": {"a": [1]}}
    ),
    "unknown status": _receipts(lambda task: {"external_id": task, "status": "perhaps"}),
    "huge task id": _receipts(
        lambda task: {"external_id": task, "status": "created", "task_id": "v" * 100_000}
    ),
}
"""Receipts of tasks that are wrong."""

TRICKS: dict[str, Trick] = {**BROKEN, **PAGES, **RECEIPTS}
