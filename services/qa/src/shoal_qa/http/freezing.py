"""Freezing as lines of progress, for callers that wait: a million labels take minutes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
from fastapi import Request

from shoal.http.problems import error_response

LINES = "application/x-ndjson"
Work = Callable[[Callable[[int, int], None]], Awaitable[dict[str, Any]]]
_INTERVAL_S = 1.0


def wants_lines(request: Request) -> bool:
    """Return whether the caller accepts lines of progress."""
    return LINES in request.headers.get("accept", "")


async def progress_lines(
    request: Request, work: Work, *, interval_s: float = _INTERVAL_S
) -> AsyncIterator[bytes]:
    """Yield `{"labels", "total"}` while `work` runs, then `{"manifest"}`, or `{"problem"}` if it failed.

    work: takes what it calls with (labels so far, all labels), and returns the manifest. It ends when the
    caller leaves.
    """
    counts = [0, 0]

    def report(labels: int, total: int) -> None:
        counts[:] = labels, total

    task = asyncio.ensure_future(work(report))
    try:
        while not (await asyncio.wait({task}, timeout=interval_s))[0]:
            yield _encode_line({"labels": counts[0], "total": counts[1]})
        yield await _last_line(request, task)
    finally:
        task.cancel()


async def _last_line(request: Request, task: "asyncio.Future[dict[str, Any]]") -> bytes:
    try:
        return _encode_line({"manifest": task.result()})
    except Exception as error:
        answer = await error_response(request, error)
        return _encode_line({"problem": orjson.loads(bytes(answer.body))})


def _encode_line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
