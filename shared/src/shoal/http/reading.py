"""Read request bodies, with a limit on their compressed and uncompressed size."""

import asyncio
import zlib
from contextlib import suppress

from fastapi import Request

from shoal.http.holding import HeldBody
from shoal.http.problems import Problem

ENCODING = {
    "name": "Content-Encoding",
    "in": "header",
    "required": False,
    "description": "Compression of the body.",
    "schema": {"type": "string", "enum": ["gzip", "identity"]},
}
"""For OpenAPI: the header of operations that read their body with `read_body`."""
GZIP = 31  # zlib's window bits for the gzip format
DRAINED = 4  # times the limit
_STEP = 1 << 20  # bytes that are decompressed at once, in 3 ms
BODY_S = 60.0
"""Time for a whole body, in seconds."""


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body, decompressed if its Content-Encoding is gzip; never hold more than `limit` bytes.

    Raises Problem 413 (too large), 408 (slower than BODY_S), 400 (not gzip), 415 (another encoding) or 429
    (all requests together hold too much).
    """
    try:
        async with asyncio.timeout(BODY_S):
            return await _read_encoded(request, limit)
    except TimeoutError:
        raise Problem(
            408,
            "Body too slow",
            f"the body took longer than {BODY_S:g} s",
            field="body",
            fix="Send less at once",
        ) from None


async def _read_encoded(request: Request, limit: int) -> bytes:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    try:
        if encoding in ("identity", ""):
            return await _read_plain(request, limit)
        if encoding in ("gzip", "x-gzip"):
            return await _read_gzip(request, limit)
    except Problem:
        await _drain_body(request, DRAINED * limit)
        raise
    raise Problem(
        415,
        "Unknown encoding",
        f"Content-Encoding {encoding[:40]!r} is not supported",
        field="content-encoding",
        fix="Send the body uncompressed, or with Content-Encoding: gzip",
    )


async def _read_plain(request: Request, limit: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise _too_large(limit)
    held: HeldBody = request.scope["shoal.held_body"]
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        held.hold(len(part))
        parts.append(part)
    return b"".join(parts)


async def _read_gzip(request: Request, limit: int) -> bytes:
    unpacker = zlib.decompressobj(GZIP)
    held: HeldBody = request.scope["shoal.held_body"]
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            pending = part
            while pending:
                if unpacked := unpacker.decompress(pending, min(limit + 1 - size, _STEP)):
                    held.hold(len(unpacked))
                    parts.append(unpacked)
                size += len(unpacked)
                if size > limit:
                    raise _too_large(limit)
                await asyncio.sleep(0)  # others are answered between two steps
                pending = unpacker.unconsumed_tail
                if unpacker.eof:  # a body may consist of several gzip members
                    pending = unpacker.unused_data
                    unpacker = zlib.decompressobj(GZIP) if pending else unpacker
    except zlib.error as error:
        raise _not_gzip(str(error)) from error
    if not unpacker.eof:
        raise _not_gzip("it ends too early")
    return b"".join(parts)


async def _drain_body(request: Request, most: int) -> None:
    """Discard the rest, as a client that still sends would see a broken connection, not the answer."""
    with suppress(RuntimeError):  # the body was read completely
        async for part in request.stream():
            most -= len(part)
            if most < 0:
                return


def _not_gzip(detail: str) -> Problem:
    return Problem(
        400,
        "Not gzip",
        f"the body is not gzip: {detail}",
        field="body",
        fix="Compress the whole body with gzip, or omit Content-Encoding",
    )


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        "Body too large",
        f"the body has more than {limit} bytes (uncompressed)",
        field="body",
        fix="Send less in one request",
    )
