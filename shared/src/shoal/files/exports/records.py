"""Parts that readers of JSON exports share."""

from collections.abc import Mapping
from typing import Any

from shoal.files.exports.rows import VoteRows
from shoal.wording import format_count

Row = tuple[str, dict[str, Any]]  # where an object is in the file, and the object


def name_text(value: Any) -> str | None:
    """Return an id or a name as a stable text: 7, 7.0 and "7" are one; None for objects."""
    if value is None or isinstance(value, (bool, dict, list)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def person_text(value: Any) -> str | None:
    """Return an annotator as a text: an object by its e-mail address, name or id."""
    if isinstance(value, dict):
        names = ("email", "username", "name", "id")
        value = next((value[name] for name in names if value.get(name)), None)
    return name_text(value)


def skipped_rows(votes: VoteRows, count: int, reason: str) -> None:
    """Note objects of the file that are no part of the export."""
    if count:
        votes.notes.append(f"{format_count(count, 'object')} {reason}")


def is_set(value: Any) -> bool:
    """Return whether a value is a list of names."""
    return isinstance(value, list) and all(isinstance(name, (str, int)) for name in value)


def field_of(record: Mapping[str, Any], *names: str) -> Any:
    """Return the first of some fields that has a value."""
    return next((record[name] for name in names if record.get(name) is not None), None)
