"""Describe pydantic's errors: the field that is wrong, and the fix."""

import re
from typing import Any

from shoal.contracts.base import NO_NUL

_MOST_FIELD, _MOST_MESSAGE = 200, 500  # characters: a field's name or value may have a megabyte
_NO_FIELDS = ("body", "query", "path", "header")  # parts of requests
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TAG = re.compile(r"\[[a-z_]+\]")
_FIXES = {
    "missing": "Add the field",
    "extra_forbidden": "Remove the field, or correct its spelling",
    "string_type": "Send a text",
    "string_unicode": "Send valid Unicode",
    "string_pattern_mismatch": "Use the form that the detail shows",
    "finite_number": "Send a finite number",
    "unknown_kind": "Set `kind` to one of these",
}


def field_of(loc: Any) -> str:
    """Return pydantic's location as a path: ("body", "labels", 0, "name") -> "labels[0].name"."""
    named = loc[1:] if loc and loc[0] in _NO_FIELDS else loc
    parts = [part for part in named if not _is_tag(part)] or list(loc) or ["body"]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    return _cut_text(path if path.isprintable() else _CONTROL.sub(_escaped_text, path), _MOST_FIELD)


def _is_tag(part: Any) -> bool:
    """Return whether a part of a location is a key `[key]`, or a tag as `[boxes]`."""
    return isinstance(part, str) and _TAG.fullmatch(part) is not None


def message_of(error: Any) -> str:
    """Return the message of one of pydantic's errors."""
    if _names_nul(error):
        return "holds the character NUL"
    if error["type"] == "string_unicode":
        return "holds half of a surrogate pair or another invalid character"
    return _cut_text(str(error["msg"]).removeprefix("Value error, "), _MOST_MESSAGE)


def fix_of(error: Any) -> str:
    """Return the fix for one of pydantic's errors."""
    if _names_nul(error):
        return "Remove the character"
    return _FIXES.get(error["type"], "Correct the field as the detail says")


def _escaped_text(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _names_nul(error: Any) -> bool:
    return bool(error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] == NO_NUL)


def _cut_text(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
