"""A file with one text per line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shoal.files.columns import Column, column_of
from shoal.files.texts import open_text

NAME = "text"


class LinesOfText:
    """Lines as a table of one column."""

    names: Sequence[str] = (NAME,)

    def __init__(self, file: Path) -> None:
        with open_text(file) as text:
            self._lines = text.read().splitlines()

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the lines for every name."""
        return {name: column_of(self._lines) for name in names}

    def where(self, row: int) -> str:
        """Return "line 3"."""
        return f"line {row + 1}"
