"""Bodies of inferences: an object, an array, or NDJSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shoal.inputs import field_of, fix_of
from shoal_ingest.usecases.inference import Inference


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one inference was refused."""

    reason: str
    field: str
    detail: str
    fix: str


Parsed = Inference | Fault
_ONE = TypeAdapter(Inference)
_MANY = TypeAdapter(list[Inference])


class NotJson(ValueError):
    """A body that is no JSON as a whole; the text says where."""


def parse(body: bytes) -> list[Parsed]:
    """Return every inference of a body, or what is wrong with it; a bad one never costs its neighbours.

    An object, an array of objects, or objects on lines of their own (NDJSON, empty lines are skipped). Raises
    NotJson for an array that does not end, or an empty body.
    """
    body = body.strip()
    if not body:
        raise NotJson("the body is empty")
    if body.startswith(b"["):
        return _array(body)
    return _lines([line for line in body.split(b"\n") if line.strip()], body)


def _lines(lines: list[bytes], body: bytes) -> list[Parsed]:
    try:
        # One validation for all is three times as fast; a line with two objects would shift the others.
        found = _MANY.validate_json(b"[" + b",".join(lines) + b"]")
        if len(found) == len(lines):
            return list(found)
    except ValidationError:
        pass
    each = [_line(line) for line in lines]
    if len(lines) > 1 and all(isinstance(one, Fault) and one.reason == "not_json" for one in each):
        return [_line(body)]  # one object over several lines, as people write them
    return each


def _line(line: bytes) -> Parsed:
    try:
        return _ONE.validate_json(line)
    except ValidationError as error:
        return fault(error)


def _array(body: bytes) -> list[Parsed]:
    try:
        return list(_MANY.validate_json(body))
    except ValidationError:
        pass
    try:
        items = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error
    return [_element(item) for item in items]


def _element(item: Any) -> Parsed:
    try:
        return _ONE.validate_python(item)
    except ValidationError as error:
        return fault(error)


def fault(error: ValidationError) -> Fault:
    """Return a validation's first error, and the fields of the others."""
    errors: Sequence[Any] = error.errors(include_url=False, include_input=False)
    first = errors[0]
    if first["type"] == "json_invalid":
        return Fault("not_json", "body", first["msg"], "Send one JSON object per line, or one JSON array")
    if not first["loc"]:
        return Fault("invalid", "text", first["msg"], "Send the sample in text, or in content")
    detail = "; ".join(f"{field_of(each['loc'])}: {each['msg']}" for each in errors[:3])
    return Fault("invalid", field_of(first["loc"]), detail, fix_of(first))
