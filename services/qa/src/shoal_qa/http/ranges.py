"""Answers with bytes of a file: the whole, one range of it, or none (RFC 9110, sections 13 and 14)."""

import re

from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from shoal.http.problems import Problem, problem_response
from shoal_qa.usecases.datasets.files import StoredFile

MEDIA_TYPES = {
    ".jsonl": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
}
OTHER_TYPE = "application/octet-stream"
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")


class FileHeaders(BaseModel):
    """The headers of a request for a file that choose what is sent."""

    range: str | None = Field(
        default=None, description="One range of bytes: `bytes=0-1023`, `bytes=1024-` or `bytes=-1024`."
    )
    if_range: str | None = Field(default=None, description="ETag; with another one `Range` is ignored.")
    if_none_match: str | None = Field(default=None, description="ETag of the file that the caller has.")


class UnsatisfiableRange(Exception):
    """A range that contains no byte of the file."""


def media_type_of(name: str) -> str:
    """Return the media type of a file by its suffix."""
    return next((kind for suffix, kind in MEDIA_TYPES.items() if name.endswith(suffix)), OTHER_TYPE)


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return (start, stop) of one range in bytes; None for the whole file.

    Headers of other forms and of several ranges are ignored. Raises UnsatisfiableRange.
    """
    match = _RANGE.fullmatch("".join((header or "").split()))
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        start, stop = max(0, size - int(suffix)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None  # not a valid range
    if start >= stop:
        raise UnsatisfiableRange
    return start, stop


def file_response(file: StoredFile, headers: FileHeaders, *, has_body: bool = True) -> Response:
    """Return a file's bytes in a stream: all (200), a range (206), or none (304, and 416 with a problem).

    has_body: false for the headers alone, in answer to HEAD.
    """
    etag = f'"{file.sha256}"'
    facts = {
        "etag": etag,
        "accept-ranges": "bytes",
        "content-disposition": f'attachment; filename="{file.name}"',
    }
    if _has_tag(headers.if_none_match, etag):
        return Response(status_code=304, headers=facts)
    header = headers.range if headers.if_range in (None, etag) else None
    try:
        span = parse_range(header, file.size)
    except UnsatisfiableRange:
        return _range_problem(file, header)
    start, stop = span or (0, file.size)
    if span is not None:
        facts["content-range"] = f"bytes {start}-{stop - 1}/{file.size}"
    facts["content-length"] = str(stop - start)
    status = 200 if span is None else 206
    if not has_body:
        return Response(None, status, facts, media_type_of(file.name))
    return StreamingResponse(file.read(start, stop), status, facts, media_type_of(file.name))


def _has_tag(header: str | None, etag: str) -> bool:
    """Return whether `if-none-match` matches, by the weak comparison."""
    tags = [tag.strip().removeprefix("W/") for tag in (header or "").split(",")]
    return etag in tags or tags == ["*"]


def _range_problem(file: StoredFile, header: str | None) -> Response:
    return problem_response(
        Problem(
            416,
            "Range outside the file",
            f"range: {header} contains no byte of {file.name}, which has {file.size} bytes",
            field="range",
            fix=f"Ask for bytes below {file.size}, or leave the header out",
        ),
        {"content-range": f"bytes */{file.size}"},
    )
