"""Why an answer or a label schema is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, in which field, such as `answer.boxes[2].right`, and how to correct it."""

    field: str
    detail: str
    fix: str


def list_names(names: list[str] | tuple[str, ...], most: int = 20) -> str:
    """Return names in one line; the first ones if there are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
