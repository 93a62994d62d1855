"""Parse bodies of inferences: an object, an array, or NDJSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shoal.inputs import field_of, fix_of, message_of
from shoal_ingest.usecases.elements import NotJson, has_many_names, split_array
from shoal_ingest.usecases.inference import Inference

MOST_ITEMS = 10_000
"""Inferences of one request."""

MOST_ITEM_BYTES = 2 * 1024 * 1024
"""JSON of one inference; a datum of 512 KiB takes up to three times as much when it is escaped."""

_MOST_LINES = 10 * MOST_ITEMS  # blank ones and those of an indented object included
_MOST_ERRORS = 1000  # of one inference; describing each of more would take seconds
# pydantic holds the interpreter while it validates: in pieces, other requests wait 10 ms at most.
_CHUNK_BYTES, _CHUNK_ITEMS = 256 * 1024, 500


@dataclass(frozen=True, slots=True)
class Fault:
    """The fault of a rejected inference."""

    reason: str
    field: str
    detail: str
    fix: str


Parsed = Inference | Fault
_ONE = TypeAdapter(Inference)
_MANY = TypeAdapter(list[Inference])


class TooManyItems(ValueError):
    """A body with more than MOST_ITEMS inferences."""


def parse_body(body: bytes) -> list[Parsed]:
    """Return every inference of a body or its fault; a bad inference does not affect the others.

    The body is an object, an array of objects, or one object per line (NDJSON; empty lines are skipped).
    Raises NotJson for an incomplete array or an empty body, and TooManyItems.
    """
    body = body.strip()
    if not body:
        raise NotJson("the body is empty")
    if body.startswith(b"["):
        return _parse_items(split_array(body, MOST_ITEMS + 1))
    if body.count(b"\n") >= _MOST_LINES:
        raise TooManyItems
    return _parse_lines([line for line in body.split(b"\n") if line.strip()], body)


def _parse_lines(lines: list[bytes], body: bytes) -> list[Parsed]:
    if len(lines) > MOST_ITEMS:
        whole = _parse_item(body)  # one object on many lines
        if isinstance(whole, Fault) and whole.reason in ("not_json", "too_large"):
            raise TooManyItems
        return [whole]
    results = _parse_items(lines)
    if len(lines) > 1 and all(isinstance(one, Fault) and one.reason == "not_json" for one in results):
        return [_parse_item(body)]  # one object on several lines
    return results


def _parse_items(items: Sequence[bytes]) -> list[Parsed]:
    if len(items) > MOST_ITEMS:
        raise TooManyItems
    return [result for chunk in _chunks_of(items) for result in _parse_chunk(chunk)]


def _chunks_of(items: Sequence[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    size = 0
    for item in items:
        if chunk and (size + len(item) > _CHUNK_BYTES or len(chunk) >= _CHUNK_ITEMS):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += len(item)
    if chunk:
        yield chunk


def _parse_chunk(items: list[bytes]) -> list[Parsed]:
    if len(items) == 1:
        return [_parse_item(items[0])]
    try:
        # Validating items together is three times as fast; a line with two objects would shift the others.
        inferences = _MANY.validate_json(b"[" + b",".join(items) + b"]")
        if len(inferences) == len(items):
            return list(inferences)
    except ValidationError:
        pass
    return [_parse_item(item) for item in items]


def _parse_item(item: bytes) -> Parsed:
    if len(item) > MOST_ITEM_BYTES:
        return _too_large(f"{len(item)} bytes of JSON, above the limit of {MOST_ITEM_BYTES}")
    if has_many_names(item):
        return _too_large("too many fields or scores")
    try:
        return _ONE.validate_json(item)
    except ValidationError as error:
        return validation_fault(error)


def _too_large(detail: str) -> Fault:
    return Fault("too_large", "body", f"the inference has {detail}", "Send less in one inference")


def validation_fault(error: ValidationError) -> Fault:
    """Return a validation's first error, with the first three errors in the detail."""
    if error.error_count() > _MOST_ERRORS:
        detail = f"the inference has {error.error_count()} errors"
        return Fault("invalid", "body", detail, "Send only fields of docs/inference.md")
    errors: Sequence[Any] = error.errors(include_url=False, include_input=False)
    first = errors[0]
    if first["type"] == "json_invalid":
        return Fault("not_json", "body", first["msg"], "Send one JSON object per line, or one JSON array")
    if not first["loc"]:
        return Fault("invalid", "text", message_of(first), "Send the sample in text, or in content")
    detail = "; ".join(f"{field_of(entry['loc'])}: {message_of(entry)}" for entry in errors[:3])
    return Fault("invalid", field_of(first["loc"]), detail, fix_of(first))
