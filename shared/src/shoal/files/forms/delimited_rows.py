"""Rows of CSV read by the standard library: their lines, and those that cannot be used."""

import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from shoal.files.columns import Column, column_of
from shoal.files.errors import BadContent
from shoal.files.faults import Fault, Faults
from shoal.files.forms.separators import SEPARATORS
from shoal.files.texts import Content
from shoal.wording import format_count

FIRST_ROWS = 20  # above which a header is looked for
MOST_ROWS = 200  # that show whether a row is a header
_QUOTES = Fault(
    ": a double quote opens a cell and does not close it before the next separator",
    "close it, or write two of them for one in a cell",
)


@dataclass(frozen=True, slots=True)
class Record:
    """A row. line: where it starts, from 1. cells: None if its quotes are wrong."""

    line: int
    cells: list[str] | None


class DelimitedRows:
    """The rows below the header, numbered as pyarrow numbers them, with those that it refuses."""

    def __init__(self, content: Content, separator: str, header: Sequence[str], *, skip_lines: int) -> None:
        self._content, self._separator, self._skip_lines = content, separator, skip_lines
        self._header, self._width = header, len(header)
        self._lines: list[int] = []  # of the first rows

    def columns(self, index: Sequence[int], names: Sequence[str]) -> Mapping[str, Column]:
        """Return the columns with some indexes, by name; cells of rows with a fault are empty."""
        cells: list[list[str | None]] = [[] for _ in index]
        for record in self._rows():
            usable = record.cells is not None and len(record.cells) == self._width
            for column, number in zip(cells, index, strict=True):
                column.append(record.cells[number] if usable and record.cells is not None else None)
        return {name: column_of(column) for name, column in zip(names, cells, strict=True)}

    def faults(self) -> Faults:
        """Return the faults of rows. Raises BadContent if all rows have the same other width."""
        faults: dict[int, Fault] = {}
        widths: set[int] = set()
        rows = 0
        self._refuse_title()
        for row, record in enumerate(self._rows()):
            rows += 1
            if record.cells is None:
                faults[row] = _QUOTES
            elif len(record.cells) != self._width:
                widths.add(len(record.cells))
                faults[row] = self._width_fault(len(record.cells))
        if len(faults) == rows > 1 and len(widths) == 1 and _QUOTES not in faults.values():
            self._refuse_header(widths.pop())
        return faults

    def count(self) -> int:
        """Return the number of rows."""
        return sum(1 for _ in self._rows())

    def where(self, row: int) -> str:
        """Return "line 3". It reads the file up to this row once."""
        missing = row + 1 - len(self._lines)
        self._lines += (record.line for record in islice(self._records, max(0, missing)))
        return f"line {self._lines[row]}" if row < len(self._lines) else f"row {row}"

    def first_rows(self, most: int = MOST_ROWS) -> list[list[str]]:
        """Return the cells of the first rows."""
        rows = self._rows()
        return [record.cells or [] for record, _ in zip(rows, range(most), strict=False)]

    def line_of(self, names: Sequence[str]) -> int | None:
        """Return the line of the first row, among the first few, that holds all names; None without one.

        A row with a number, or with a cell that is repeated below, holds no names. One name may be a value,
        so it counts only if the first line cannot be the header.
        """
        if len(set(names)) == 1 and all(map(str.strip, self._header)) and self._width > 1:
            return None
        records = list(islice(self._rows(), MOST_ROWS))
        for row, record in enumerate(records[:FIRST_ROWS]):
            if record.cells and set(names) <= {cell.strip() for cell in record.cells}:
                below = [other.cells for other in records[row + 1 :] if other.cells]
                if _are_names([[cell for cell in record.cells if cell.strip()], *below]):
                    return record.line
        return None

    def check_escapes(self) -> None:
        """Raise BadContent for a double quote in a cell that a backslash escapes; readers would garble it."""
        data = self._content.data
        match = re.search(rb'\\"(?![%s"\r\n])' % re.escape(self._separator.encode()), data)
        if match and self.has_wrong_quotes():
            start = bytes(data[: match.start()])
            line = 1 + (start.count(b"\n") or start.count(b"\r"))
            fix = "write two double quotes instead"
            raise BadContent(
                f", line {line}: a backslash escapes a double quote, which CSV does not know: {fix}"
            )

    def has_wrong_quotes(self) -> bool:
        """Return whether a quoted cell is not closed, or goes on after its closing quote."""
        csv.field_size_limit(sys.maxsize)
        try:
            for _ in csv.reader(self._content.stream(), delimiter=self._separator, strict=True):
                pass
        except csv.Error:
            return True
        return False

    @cached_property
    def _records(self) -> Iterator[Record]:
        return self._rows()

    def _rows(self) -> Iterator[Record]:
        """Yield the rows; blank lines are rows in a file of one column, except at its end."""
        records = _split_records(self._content, self._separator, self._skip_lines)
        for record in records:
            if record.cells != []:
                break  # the header
        blank: list[Record] = []
        for record in records:
            if record.cells != []:
                yield from blank
                blank.clear()
                yield record
            elif self._width == 1:
                blank.append(Record(record.line, [""]))

    def _width_fault(self, width: int) -> Fault:
        values = format_count(width, "value")
        columns = format_count(self._width, "column")
        name = SEPARATORS.get(self._separator, self._separator)
        return Fault(
            f" has {values}, the header {columns}", f"write cells that hold a {name} in double quotes"
        )

    def _refuse_title(self) -> None:
        """Raise BadContent if the first lines are a title, and the rows below have another width."""
        records = [record for record, _ in zip(self._rows(), range(MOST_ROWS), strict=False)]
        widths = [len(record.cells or ()) for record in records]
        first = next((row for row, width in enumerate(widths) if width == widths[-1]), 0) if widths else 0
        if (
            first < FIRST_ROWS
            and len(widths) > first + 1
            and self._width != widths[-1]
            and set(widths[first:]) == {widths[-1]}
            and _are_names([record.cells or [] for record in records[first:]])
        ):
            raise BadContent(f": line {records[first].line} looks like the header: remove the lines above it")

    def _are_decimals(self) -> bool:
        """Return whether the rows are numbers with a comma, such as 1,5."""
        return all(all(cell.strip().lstrip("+-").isdecimal() for cell in row) for row in self.first_rows())

    def _refuse_header(self, width: int) -> None:
        fix = "check that the first line is the header, and that lines have one separator"
        if width == self._width + 1:
            fix = (
                "name the first column too, which R leaves without a name, or remove the separator at the end"
            )
        if self._width == 1 and width == 2 and self._separator == "," and self._are_decimals():
            fix = "write numbers with a point, or in double quotes"
        values = format_count(width, "value")
        columns = format_count(self._width, "column")
        raise BadContent(f" has {values} in each row, the header {columns}: {fix}")


def _are_names(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row holds names of columns: no numbers, and none is a cell of its column."""
    header, *others = rows
    if any(not name.strip() or name.strip()[0].isdigit() for name in header):
        return False
    return not any(name in row for row in others for name in header)


def _split_records(content: Content, separator: str, skip_lines: int) -> Iterator[Record]:
    """Yield all records, blank lines as [].

    After a wrong quote the next record starts on the next line, so that a quote spoils one row only.
    """
    csv.field_size_limit(sys.maxsize)
    lines = _Lines(content.stream())
    for _ in range(skip_lines):
        next(lines)
    lines.commit()
    while True:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            for cells in reader:
                yield Record(lines.first, cells)
                lines.commit()
            return
        except csv.Error:
            yield Record(lines.first, _lenient_cells(lines.restart(), separator))


def _lenient_cells(line: str, separator: str) -> list[str] | None:
    """Return the cells of one line with text after a closing quote, which pyarrow reads as well."""
    rows = list(csv.reader(io.StringIO(line, newline=""), delimiter=separator))
    closed = list(csv.reader(io.StringIO(f"{line}\n", newline=""), delimiter=separator))
    return rows[0] if len(rows) == 1 and rows == closed else None


class _Lines(Iterator[str]):
    """Lines that can be read again from the second line of a record on. first: the record's line, from 1."""

    def __init__(self, stream: io.TextIOBase | Iterator[str]) -> None:
        self._stream = iter(stream)
        self._waiting: list[str] = []  # the next ones, the last first
        self._record: list[str] = []
        self.first = 1

    def __next__(self) -> str:
        line = self._waiting.pop() if self._waiting else next(self._stream)
        self._record.append(line)
        return line

    def commit(self) -> None:
        """Go on to the next record."""
        self.first += len(self._record)
        self._record.clear()

    def restart(self) -> str:
        """Return the first line of the record; the others are read again."""
        line, *others = self._record
        self._waiting += reversed(others)
        self.first += 1
        self._record.clear()
        return line
