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


class BadInput(ValueError):
    """A file that a command cannot use: one line that names the file and row, what is wrong, and the fix."""
