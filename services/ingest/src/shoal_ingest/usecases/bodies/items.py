"""Parse bodies of inferences: an object, an array, or NDJSON."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shoal.inputs import field_of, fix_of, message_of
from shoal.wording import format_count
from shoal_ingest.usecases.bodies.elements import NotJson, has_many_names, read_loosely, split_array
from shoal_ingest.usecases.bodies.inference import Inference

MOST_ITEMS = 10_000
"""Inferences of one request."""

MOST_ITEM_BYTES = 2 * 1024 * 1024
"""JSON of one inference; a datum of 512 KiB takes up to three times as much when it is escaped."""

_MOST_LINES = 10 * MOST_ITEMS  # blank ones and those of an indented object included
_MOST_ERRORS = 1000  # of one inference; describing each of more would take seconds
# pydantic holds the interpreter while it validates: in pieces, other requests wait 10 ms at most.
_CHUNK_BYTES, _CHUNK_ITEMS = 256 * 1024, 500
_MARK = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # byte order marks of UTF-16 and UTF-32
_POSITION = re.compile(r" at line 1 column (\d+)")


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

    The body is an object, an array of objects, or one object per line (NDJSON; empty lines are skipped), in
    UTF-8 with or without a byte order mark. Raises NotJson for an incomplete array, an empty body or another
    encoding, and TooManyItems.
    """
    if body.startswith(_WIDE) or b"\x00" in body[:2]:
        raise NotJson("it is UTF-16 or UTF-32 instead of UTF-8")
    body = _without_mark(body)
    if not body:
        raise NotJson("it is empty")
    if body.startswith(b"["):
        return _parse_items(split_array(body, MOST_ITEMS + 1))
    if body.count(b"\n") >= _MOST_LINES:
        raise TooManyItems
    return _parse_lines(body)


def _without_mark(text: bytes) -> bytes:
    """Return a body or line without white space and byte order mark; joined files have marks inside."""
    return text.strip().removeprefix(_MARK).lstrip()


def _parse_lines(body: bytes) -> list[Parsed]:
    strip = bytes.strip if body.isascii() or _MARK not in body else _without_mark
    stripped = [strip(line) for line in body.split(b"\n")]
    lines = [line for line in stripped if line]
    if len(lines) > 1 and _is_one_object(lines):
        whole = _parse_item(body)
        if lines[0] == b"{" or not isinstance(whole, Fault) or whole.reason != "not_json":
            return [whole]
    results = _parse_items(lines)
    if len(lines) == 1:
        return results
    numbers = (number for number, line in enumerate(stripped, 1) if line)
    return [
        _on_line(result, number) if isinstance(result, Fault) else result
        for result, number in zip(results, numbers, strict=True)
    ]


def _is_one_object(lines: Sequence[bytes]) -> bool:
    """Return whether the lines may be one object: only the first one opens an object at its start."""
    return lines[0].startswith(b"{") and not any(line.startswith(b"{") for line in lines[1:])


def _on_line(fault: Fault, number: int) -> Fault:
    """Return a fault with its line in the detail if no id of the line could be read."""
    return replace(fault, detail=f"line {number}: {fault.detail}") if fault.reason == "not_json" else fault


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
        if error.error_count() > 1 or error.errors(include_url=False)[0]["type"] != "json_invalid":
            return validation_fault(error)
        return _parse_loosely(item, error)


def _parse_loosely(item: bytes, strict: ValidationError) -> Parsed:
    """Return the fault of an item that is no strict JSON, with its field if a lenient parser finds it.

    Half a surrogate pair, a number of thousands of digits and deep nesting are faults of one field.
    """
    try:
        return _ONE.validate_python(read_loosely(item))
    except NotJson as error:
        return _not_json(str(error))
    except ValidationError as error:
        return validation_fault(error)
    except ValueError:
        return validation_fault(strict)


def _not_json(detail: str) -> Fault:
    return Fault("not_json", "body", detail, "Send one JSON object per line, or one JSON array")


def _too_large(detail: str) -> Fault:
    return Fault("too_large", "body", f"the inference has {detail}", "Send less in one inference")


def validation_fault(error: ValidationError) -> Fault:
    """Return a validation's first error, with the first three errors in the detail."""
    if error.error_count() > _MOST_ERRORS:
        detail = f"the inference has {format_count(error.error_count(), 'error')}"
        return Fault("invalid", "body", detail, "Send only fields of docs/inference.md")
    errors: Sequence[Any] = error.errors(include_url=False, include_input=False)
    first = errors[0]
    if first["type"] == "json_invalid":
        return _not_json(_POSITION.sub(r" at character \1", first["msg"].replace("Invalid JSON", "no JSON")))
    if not first["loc"]:
        return Fault(
            "invalid",
            "text",
            message_of(first),
            "Send the sample in one of text, image, turns, candidates and content",
        )
    detail = "; ".join(f"{field_of(entry['loc'])}: {message_of(entry)}" for entry in errors[:3])
    return Fault("invalid", field_of(first["loc"]), detail, fix_of(first))
