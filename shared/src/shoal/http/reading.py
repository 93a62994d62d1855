"""Request bodies, read with a limit, unpacked with a limit."""

import zlib
from contextlib import suppress

from fastapi import Request

from shoal.http.problems import Problem

ENCODING = {
    "name": "Content-Encoding",
    "in": "header",
    "required": False,
    "description": "How the body is packed.",
    "schema": {"type": "string", "enum": ["gzip", "identity"]},
}
"""The parameter of operations whose body read_body reads, for OpenAPI."""
GZIP = 31  # zlib's window bits for the gzip format
DRAINED = 4  # times the limit


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body, unpacked when its Content-Encoding is gzip; never more than `limit` bytes in memory.

    Raises Problem 413 (too large), 400 (not gzip) or 415 (another encoding).
    """
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
        f"Content-Encoding {encoding[:40]!r} is not understood",
        field="content-encoding",
        fix="Send the body as it is, or with Content-Encoding: gzip",
    )


async def _read_plain(request: Request, limit: int) -> bytes:
    if int(request.headers.get("content-length") or 0) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


async def _read_gzip(request: Request, limit: int) -> bytes:
    unpacker = zlib.decompressobj(GZIP)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            pending = part
            while pending:
                parts.append(unpacker.decompress(pending, limit + 1 - size))
                size += len(parts[-1])
                if size > limit:
                    raise _too_large(limit)
                pending = unpacker.unconsumed_tail
                if unpacker.eof:  # gzip files may follow one another
                    pending = unpacker.unused_data
                    unpacker = zlib.decompressobj(GZIP) if pending else unpacker
    except zlib.error as error:
        raise _not_gzip(str(error)) from error
    if not unpacker.eof:
        raise _not_gzip("it ends too early")
    return b"".join(parts)


async def _drain_body(request: Request, most: int) -> None:
    """Throw away the rest: who is still sending would see a broken connection instead of the answer."""
    with suppress(RuntimeError):  # all of it was read
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
        fix="Compress the whole body with gzip, or leave Content-Encoding out",
    )


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        "Body too large",
        f"the body has more than {limit} bytes (unpacked)",
        field="body",
        fix="Send fewer inferences in one request",
    )
