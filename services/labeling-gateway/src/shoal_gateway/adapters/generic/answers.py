"""Read a vendor's answers: bounded in size after decompression, and in what of them is repeated."""

import asyncio
import json
import re
import zlib
from http import HTTPStatus
from typing import Any

import httpx
import orjson

MOST_BYTES = 4 << 20  # 500 annotations with every text at its limit take less than 3 MiB
MOST_REASON = 200
MOST_DIGITS = 20
SMALL_BYTES = 64 << 10
DEEPEST = 20  # the deepest field is an answer's label, at level 5
# A text without its end matches up to the body's, so that no body takes more than linear time.
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
ENCODINGS = ("gzip", "x-gzip", "deflate")


class UnreadableAnswer(ValueError):
    """The answer is too large, badly compressed, or no JSON."""


async def read_body(response: httpx.Response) -> bytes:
    """Return the body, decompressed; at most MOST_BYTES are ever held. Raises UnreadableAnswer."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return await _read_plain(response)
    if encoding not in ENCODINGS:
        raise UnreadableAnswer(f"its content-encoding is not gzip: {short_reason(encoding)[:30]}")
    try:
        return await _read_compressed(response)
    except zlib.error:
        raise UnreadableAnswer("its gzip data is damaged") from None


async def _read_plain(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        _check_size(len(body))
    return bytes(body)


async def _read_compressed(response: httpx.Response) -> bytes:
    inflate, body, raw_bytes = zlib.decompressobj(wbits=47), bytearray(), 0  # 47: gzip or zlib, by its header
    async for chunk in response.aiter_raw():
        raw_bytes += len(chunk)
        body += inflate.decompress(chunk, MOST_BYTES + 1 - len(body))
        _check_size(max(len(body), raw_bytes))
    if not inflate.eof:
        raise UnreadableAnswer("its gzip data ends early")
    return bytes(body)


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise UnreadableAnswer(f"it is larger than {MOST_BYTES >> 20} MiB")


async def read_json(response: httpx.Response) -> Any:
    """Return the JSON value of the body, or None if it is empty. Raises UnreadableAnswer.

    A large body is parsed in a thread: one that is made to be slow takes a second.
    """
    body = await read_body(response)
    if len(body) > SMALL_BYTES:
        return await asyncio.to_thread(parse_json, body)
    return parse_json(body) if body else None


def parse_json(body: bytes) -> Any:
    """Return the JSON value. Raises UnreadableAnswer.

    Faults of one item are left to its check: half surrogate pairs, bytes that are not UTF-8, numbers without
    end, and nesting, which is cut at a depth that no field has.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _parse_leniently(body)


def _parse_leniently(body: bytes) -> Any:
    try:
        text = _cut_nesting(body.decode(errors="surrogateescape"))
        return json.loads(text, parse_int=_bounded_int, strict=False)
    except (ValueError, RecursionError):
        raise UnreadableAnswer("it is no JSON") from None


def _cut_nesting(text: str) -> str:
    """Return JSON with null for lists and objects that are nested deeper than any field's."""
    parts: list[str] = []
    depth, begin = 0, 0
    for match in _BRACKETS.finditer(text):
        if match[0] in ("[", "{"):
            depth += 1
            if depth == DEEPEST + 1:
                parts.append(text[begin : match.start()])
        elif match[0] in ("]", "}"):
            if depth == DEEPEST + 1:
                parts.append("null")
                begin = match.end()
            depth -= 1
    return "".join((*parts, text[begin:] if depth <= DEEPEST else "["))


def _bounded_int(digits: str) -> int | str:
    """Return the number, or its first digits as a text, which no field of numbers accepts as one."""
    return int(digits) if len(digits) <= MOST_DIGITS else f"{digits[:MOST_DIGITS]}..."


def status_reason(status: int) -> str:
    """Return a status with its standard words, such as `503 Service Unavailable`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def short_reason(text: str, secret: str | None = None) -> str:
    """Return a vendor's words as one short line that every store can hold, without the secret."""
    line = text.replace(secret, "***") if secret else text
    printable = "".join(character if character.isprintable() else " " for character in line[:2000])
    return " ".join(printable.split())[:MOST_REASON]
