"""What every form of a table offers to its reader."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from shoal.files.columns import Column
from shoal.files.faults import Faults


class Format(Protocol):
    """An open file of one format."""

    @property
    def names(self) -> Sequence[str]:
        """The names of all columns, in order."""

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named columns."""

    def where(self, row: int) -> str:
        """Return the place of a row, counted from 0, in the file: "line 3"."""


@runtime_checkable
class Described(Protocol):
    """A format that says how it was read."""

    def facts(self) -> list[str]:
        """Return phrases: the form and its counts, what was left out and why."""


@runtime_checkable
class Inspected(Protocol):
    """A format that also describes how it was read, in phrases, and names rows that cannot be used.

    Such rows have empty cells. The faults are complete after `read`.
    """

    notes: list[str]
    faults: Faults
