"""Parse bodies of inferences: an object, an array, or NDJSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shoal.inputs import field_of, fix_of, message_of
from shoal_ingest.usecases.inference import Inference


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


class NotJson(ValueError):
    """A body that is not JSON as a whole; the text says where."""


def parse_body(body: bytes) -> list[Parsed]:
    """Return every inference of a body or its fault; a bad inference does not affect the others.

    The body is an object, an array of objects, or one object per line (NDJSON; empty lines are skipped).
    Raises NotJson for an incomplete array or an empty body.
    """
    body = body.strip()
    if not body:
        raise NotJson("the body is empty")
    if body.startswith(b"["):
        return _parse_array(body)
    return _parse_lines([line for line in body.split(b"\n") if line.strip()], body)


def _parse_lines(lines: list[bytes], body: bytes) -> list[Parsed]:
    try:
        # Validating all lines at once is three times as fast; a line with two objects would shift the others.
        inferences = _MANY.validate_json(b"[" + b",".join(lines) + b"]")
        if len(inferences) == len(lines):
            return list(inferences)
    except ValidationError:
        pass
    results = [_parse_line(line) for line in lines]
    if len(lines) > 1 and all(isinstance(one, Fault) and one.reason == "not_json" for one in results):
        return [_parse_line(body)]  # one object on several lines
    return results


def _parse_line(line: bytes) -> Parsed:
    try:
        return _ONE.validate_json(line)
    except ValidationError as error:
        return validation_fault(error)


def _parse_array(body: bytes) -> list[Parsed]:
    try:
        return list(_MANY.validate_json(body))
    except ValidationError:
        pass
    try:
        items = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error
    return [_parse_element(item) for item in items]


def _parse_element(item: Any) -> Parsed:
    try:
        return _ONE.validate_python(item)
    except ValidationError as error:
        return validation_fault(error)


def validation_fault(error: ValidationError) -> Fault:
    """Return a validation's first error, with the first three errors in the detail."""
    errors: Sequence[Any] = error.errors(include_url=False, include_input=False)
    first = errors[0]
    if first["type"] == "json_invalid":
        return Fault("not_json", "body", first["msg"], "Send one JSON object per line, or one JSON array")
    if not first["loc"]:
        return Fault("invalid", "text", message_of(first), "Send the sample in text, or in content")
    detail = "; ".join(f"{field_of(entry['loc'])}: {message_of(entry)}" for entry in errors[:3])
    return Fault("invalid", field_of(first["loc"]), detail, fix_of(first))
