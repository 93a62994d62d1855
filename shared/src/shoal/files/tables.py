"""Read tables from CSV, TSV, JSON, JSON lines, lines of text, Parquet and Arrow, all of them also as .gz.

`open_table` determines the format and the columns' names; `TableFile.read` reads the columns that a command
needs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shoal.files import checks
from shoal.files.checks import Check, failed_codes
from shoal.files.columns import EMPTY, Coded, Column, Floats, Parse, parse_numbers, parse_times
from shoal.files.encodings import UTF8
from shoal.files.errors import BadInput, readable_file
from shoal.files.faults import Fault, Faults, SkippedRow, faults_message, reason_of, skipped_fact
from shoal.files.forms.form import Described, Format, Inspected
from shoal.files.forms.lines import LinesOfText
from shoal.files.forms.opening import open_format
from shoal.files.options import PLAIN, ReadOptions
from shoal.files.spelling import spelling_key
from shoal.files.stray_rows import repeated_headers, starts_with_ruler
from shoal.wording import format_count

INDEXES = ("", "__index_level_0__", "Unnamed: 0")  # names of the column of pandas' index
_NO_CHECKS: Mapping[str, Sequence[Check]] = {}
_HEADER_AGAIN = Fault(" is the header again", "remove the line")
_RULER = Fault(" is a rule below the header, as in Markdown", "remove the line")
BadRows = Literal["left out", "emptied", "refused"]
_NO_OPTIONS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of one file.

    what: the file's role in messages, such as "votes". rows: the number of rows. index: (rows,), the rows of
    the file, None for all of them. notes: how the file was read. skipped: rows that cannot be used.
    """

    what: str
    format: Format
    file: Path
    columns: Mapping[str, Column]
    rows: int
    index: NDArray[np.int64] | None = None
    notes: Sequence[str] = ()
    skipped: Sequence[SkippedRow] = ()

    def __str__(self) -> str:
        return f"{self.what} {self.file}"

    def facts(self) -> list[str]:
        """Return how the file was read: its rows, its form if that is not the plain one, rows left out."""
        rows = format_count(self.rows, "row")
        facts = self.format.facts() if isinstance(self.format, Described) else [rows, *self.notes]
        return [fact for fact in (*facts, skipped_fact(self.skipped)) if fact]

    def where(self, row: int) -> str:
        """Return where people find a row, counted from 0, in the file: "line 3"."""
        return self.format.where(row if self.index is None else int(self.index[row]))

    def texts(self, name: str) -> list[str]:
        """Return the unchanged text of every row, "" for an empty cell."""
        return self.columns[name].cells()

    def coded(self, name: str) -> Coded:
        """Return a column with its sorted texts as names, without surrounding blanks."""
        return self.columns[name].coded()

    def full(self, name: str) -> Coded:
        """Return a column like `coded`. Raises BadInput for an empty cell."""
        column = self.coded(name)
        empty = np.flatnonzero(column.code == EMPTY)
        if len(empty):
            raise BadInput(
                f"{self}, {self.where(int(empty[0]))}: {name} is empty: fill it, or remove the row"
            )
        return column

    def numbers(self, name: str) -> Floats:
        """Return a column of numbers, NaN for empty cells: (rows,). Raises BadInput."""
        return self._values(name, parse_numbers, "a number")

    def times(self, name: str) -> Floats:
        """Return numbers, or times as seconds since 1970, NaN for empty cells: (rows,). Raises BadInput."""
        return self._values(name, parse_times, "a number or a time like 2026-03-01T12:30:00Z")

    def _values(self, name: str, parse: Parse, what: str) -> Floats:
        column = self.coded(name)
        values, bad = parse(column.names)
        if bad is not None:
            row = int(np.flatnonzero(column.code == bad)[0])
            raise BadInput(f"{self}, {self.where(row)}: {name} {column.names[bad]!r} is not {what}")
        return np.asarray(np.append(values, np.nan)[column.code])  # EMPTY is -1, the index of the last


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """An open file: its format and columns were read, its rows not yet."""

    what: str
    file: Path
    format: Format
    options: ReadOptions = PLAIN
    _renamed: dict[str, str] = field(default_factory=dict)  # columns that stand in for others

    def __str__(self) -> str:
        return f"{self.what} {self.file}"

    def has(self, name: str) -> bool:
        """Return whether the file has a column with this name."""
        return name in self.format.names

    def check_header_line(self, names: Sequence[str]) -> None:
        """Raise BadInput if a later line holds the names, below a title for instance."""
        line_of = getattr(self.format, "header_line", None)
        line = None if line_of is None else line_of(names)
        if line is not None:
            raise BadInput(f"{self}: line {line} looks like the header: remove the lines above it")

    def column_for(self, name: str, *, besides: Sequence[str] = ()) -> str:
        """Return `name`, or the file's only column except `besides` and pandas' index.

        Raises BadInput if the file has no header.
        """
        others = [other for other in self.format.names if other not in besides]
        if name in others:
            return name
        if len(others) > 1:
            others = [other for other in others if other not in INDEXES]
        if len(others) != 1:
            return name
        self._renamed[others[0]] = name
        return others[0]

    def read(
        self,
        names: Sequence[str],
        *,
        needs: Mapping[str, Sequence[Check]] = _NO_CHECKS,
        columns: Mapping[str, str] = _NO_OPTIONS,
        bad_rows: BadRows = "left out",
    ) -> Table:
        """Return the named columns; others are ignored.

        needs: checks of the cells by column. columns: the options that name a column, for messages. bad_rows:
        what becomes of rows that cannot be used if `options` skip them; where rows belong to those of another
        file, they are emptied or refused. Raises BadInput for a missing or duplicate column, and for rows
        that cannot be used.
        """
        self._check_names(names, columns)
        with readable_file(self.what, self.file):
            cells = dict(self.format.read(list(dict.fromkeys(names))))
        cells = {name: column.without(self.options.missing) for name, column in cells.items()}
        self._check_header(cells)
        faults = self._faults_of(cells, needs)
        rows = len(next(iter(cells.values())).code) if cells else 0
        return self._table(cells, rows, faults, bad_rows)

    def _table(self, cells: Mapping[str, Column], rows: int, faults: Faults, bad_rows: BadRows) -> Table:
        bad = np.array(sorted(faults), np.int64)
        skippable = bad_rows != "refused" and (len(bad) < rows or bad_rows == "emptied")
        if len(bad) and not (self.options.skip_bad and skippable):
            places = [self.format.where(int(row)) for row in bad]
            message = faults_message(places, [faults[int(row)] for row in bad], skippable=skippable)
            raise BadInput(f"{self}{message}")
        skipped = [
            SkippedRow(self.file, self.format.where(row), reason_of(faults[row])) for row in bad.tolist()
        ]
        self.options.skipped.extend(skipped)
        index = None
        if len(bad) and bad_rows == "emptied":
            cells = {name: column.emptied(bad) for name, column in cells.items()}
        elif len(bad):
            index = np.setdiff1d(np.arange(rows), bad)
            cells = {name: column.rows(index) for name, column in cells.items()}
        return Table(
            what=self.what,
            format=self.format,
            file=self.file,
            columns=cells,
            rows=rows if index is None else len(index),
            index=index,
            notes=self._notes(),
            skipped=skipped,
        )

    def _notes(self) -> list[str]:
        notes = self.format.notes if isinstance(self.format, Inspected) else []
        return [*notes, *(f"column {name}" for name in self._renamed)]

    def _faults_of(self, cells: Mapping[str, Column], needs: Mapping[str, Sequence[Check]]) -> Faults:
        """Return the first fault of each row that cannot be used."""
        faults: dict[int, Fault] = {}
        encoding = getattr(self.format, "encoding", UTF8)
        if isinstance(self.format, Inspected):
            faults |= self.format.faults
        faults = dict.fromkeys(repeated_headers(cells), _HEADER_AGAIN) | faults
        if starts_with_ruler(cells):
            faults = {0: _RULER} | faults
        for name, column in cells.items():
            bad = {
                **failed_codes(name, column, needs.get(name, ())),
                **checks.decoded_cells(column, encoding),
            }
            for row in np.flatnonzero(np.isin(column.code, list(bad))).tolist() if bad else ():
                faults.setdefault(row, bad[int(column.code[row])])
        return faults

    def _check_names(self, names: Sequence[str], columns: Mapping[str, str]) -> None:
        present = list(self.format.names)
        if not set(names) <= set(present):
            self.check_header_line(names)
        for name in names:
            if present.count(name) > 1:
                raise BadInput(f"{self} has two columns {name or 'without a name'}: rename one")
            if name not in present:
                raise BadInput(f"{self} has no column {name}; {self._names_hint(name, columns)}")

    def _names_hint(self, name: str, columns: Mapping[str, str]) -> str:
        """Return which columns the file has, and how to name one of them."""
        present = [other or "one without a name" for other in self.format.names]
        if not present:
            return "it has no columns and no rows: give one row for each answer"
        option = columns.get(name)
        alike = [other for other in present if spelling_key(other) == spelling_key(name)]
        if alike:
            return f"it has {alike[0]}: " + (
                f"give {option} {alike[0]}" if option else f"rename it to {name}"
            )
        shown = ", ".join(other if len(other) <= 40 else f"{other[:39]}…" for other in present[:20])
        more = f" and {len(present) - 20} more" if len(present) > 20 else ""
        if isinstance(self.format, LinesOfText):
            return "each of its lines is a text: name it .csv or .tsv if it is a table"
        if len(present) == 1 and name in re.split(r"[^\w.]+", present[0]):
            return (
                f"its header, {shown}, is one column: put a comma, a semicolon, a tab or | between its names"
            )
        if self._looks_like_data():
            return f"its first line ({shown}{more}) looks like data: put a line with the names of columns before it"
        fix = f"give {option} one of them" if option else "rename one"
        return f"it has {shown or 'none'}{more}: {fix}"

    def _looks_like_data(self) -> bool:
        looks = getattr(self.format, "looks_like_data", None)
        return looks is not None and bool(looks())

    def _check_header(self, cells: Mapping[str, Column]) -> None:
        """Refuse the only column under another name than `column_for` was to find, if that is a cell."""
        for name, usual in self._renamed.items():
            if name in cells and self._looks_like_data():
                self.check_header_line([usual])
                raise BadInput(
                    f"{self} has no header: its first line, {name!r}, looks like data: "
                    f"put the line {usual} before it"
                )


def open_table(file: Path, what: str, options: ReadOptions = PLAIN) -> TableFile:
    """Open a table and read its columns' names. what: the file's role in messages. Raises BadInput.

    The content determines the format, and the name where the content leaves it open: .tsv is a file of one
    column or has tabs, .txt holds lines in a column `text`, and all else is CSV. Gzip is recognized too.
    """
    with readable_file(what, file):
        return TableFile(what=what, file=file, format=open_format(file, options), options=options)


def read_table(
    file: Path,
    what: str,
    names: Sequence[str],
    options: ReadOptions = PLAIN,
    *,
    needs: Mapping[str, Sequence[Check]] = _NO_CHECKS,
    columns: Mapping[str, str] = _NO_OPTIONS,
    bad_rows: BadRows = "left out",
) -> Table:
    """Return the named columns of a file, as `TableFile.read` does. Raises BadInput."""
    return open_table(file, what, options).read(names, needs=needs, columns=columns, bad_rows=bad_rows)
