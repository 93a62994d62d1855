"""What cannot be carried out."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["invalid", "unknown", "conflict"]


@dataclass(eq=False)
class Refused(Exception):
    """A request that cannot be carried out; names the field and the fix."""

    kind: Kind
    field: str
    detail: str
    fix: str


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record of a topic that can never be processed."""

    index: int
    reason: str
    detail: str


class BadInput(ValueError):
    """A file that a command cannot use: one line that names the file and row, what is wrong, and the fix."""
