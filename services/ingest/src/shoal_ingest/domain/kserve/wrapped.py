"""Texts in an encoding of their own: base64, and answers written as JSON or as Python."""

import ast
import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from shoal_ingest.domain.kserve.values import BadPayload

MOST_LITERAL = 20_000


def unwrapped_text(value: Any, where: str) -> Any:
    """Return the text of an object `{"b64": ...}`, as TensorFlow Serving reads it; other values unchanged."""
    if not isinstance(value, Mapping) or set(value) != {"b64"}:
        return value
    try:
        return base64.b64decode(value["b64"], validate=True).decode()
    except (TypeError, ValueError, binascii.Error):
        raise BadPayload(f"{where} is not base64 of UTF-8: send text") from None


def unwrapped_answer(value: Any, content_type: str, where: str) -> Any:
    """Return the object or list that a text holds, and a label unchanged. Raises BadPayload.

    MLServer writes JSON and says so in the content type. KServe's Python servers write an object in a V2
    answer as Python prints it, such as {0: 0.39, 1: 0.61}.
    """
    if not isinstance(value, str):
        return value
    if content_type == "base64":
        value = unwrapped_text({"b64": value}, where)
    if "hg_json" in content_type:
        parsed = _parse_text(value)
        if parsed is None:
            raise BadPayload(f"{where} is not JSON, although its content_type is {content_type[:40]}")
        return parsed
    if not value.lstrip().startswith(("{", "[")):
        return value
    parsed = _parse_text(value)
    if isinstance(parsed, Mapping | list):
        return parsed
    if value.lstrip().startswith("{"):
        raise BadPayload(f"{where} starts like an object but is none: answer JSON")
    return value


def _parse_text(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        pass
    if len(value) > MOST_LITERAL:
        return None
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
