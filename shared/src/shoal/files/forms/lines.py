"""A file with one text per line."""

from collections.abc import Mapping, Sequence

from shoal.files.columns import Column, column_of
from shoal.files.errors import BadContent
from shoal.files.faults import Faults
from shoal.files.texts import Content

NAME = "text"
FEWEST_ROWS = 3  # lines with equally many tabs that are a table


class LinesOfText:
    """Lines as a table of one column. They end with LF or CR LF, not with other characters.

    Blank lines at the end are left out; elsewhere they are empty cells.
    """

    names: Sequence[str] = (NAME,)

    def __init__(self, content: Content) -> None:
        self.notes, self.encoding = content.notes, content.encoding
        self.faults: Faults = {}
        text = content.text()
        if "\n" not in text and "\r" in text.rstrip("\r"):
            raise BadContent(" has line ends of CR alone, as on old Macs: save it with LF or CR LF")
        self._lines = [line.removesuffix("\r") for line in text.split("\n")]
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        tabs = {line.count("\t") for line in self._lines if line}
        if len(self._lines) >= FEWEST_ROWS and len(tabs) == 1 and tabs != {0}:
            raise BadContent(
                " has as many tabs in each line, as tables have: name it .tsv, or remove the tabs"
            )

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the lines for every name."""
        return {name: column_of(self._lines) for name in names}

    def where(self, row: int) -> str:
        """Return "line 3"."""
        return f"line {row + 1}"
