"""Describe pydantic's errors: the field that is wrong, and the fix."""

from typing import Any

from shoal.contracts.base import NO_NUL

_MOST_FIELD, _MOST_MESSAGE = 200, 500  # characters: a field's name or value may have a megabyte
_FIXES = {
    "missing": "Add the field",
    "extra_forbidden": "Remove the field, or correct its spelling",
    "string_type": "Send a text",
    "string_pattern_mismatch": "Use the form that the detail shows",
    "finite_number": "Send a finite number",
}


def field_of(loc: Any) -> str:
    """Return pydantic's location as a path: ("body", "labels", 0, "name") -> "labels[0].name"."""
    parts = [part for part in loc if part not in ("body", "query", "path", "header")] or list(loc) or ["body"]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    return _cut_text(path, _MOST_FIELD)


def message_of(error: Any) -> str:
    """Return the message of one of pydantic's errors."""
    if _names_nul(error):
        return "holds the character NUL"
    return _cut_text(str(error["msg"]).removeprefix("Value error, "), _MOST_MESSAGE)


def fix_of(error: Any) -> str:
    """Return the fix for one of pydantic's errors."""
    if _names_nul(error):
        return "Remove the character"
    return _FIXES.get(error["type"], "Correct the field as the detail says")


def _names_nul(error: Any) -> bool:
    return bool(error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] == NO_NUL)


def _cut_text(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
