"""Read tables from CSV, TSV, JSON, JSON lines, lines of text (all of them also as .gz) and Parquet.

`open_table` determines the format and the columns' names; `TableFile.read` reads the columns that a command
needs.
"""

import csv
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from shoal.files.columns import EMPTY, Coded, Column, Floats, Parse, parse_numbers, parse_times
from shoal.files.errors import BadContent, BadInput
from shoal.files.options import PLAIN, ReadOptions


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of one file. what: the file's role in messages, such as "votes". rows: the number of rows."""

    what: str
    format: Format
    file: Path
    columns: Mapping[str, Column]
    rows: int

    def __str__(self) -> str:
        return f"{self.what} {self.file}"

    def facts(self) -> list[str]:
        """Return how the file was read, in phrases: its rows, its form if that is not the plain one."""
        if isinstance(self.format, Described):
            return self.format.facts()
        return ["1 row" if self.rows == 1 else f"{self.rows:,} rows"]

    def where(self, row: int) -> str:
        """Return where people find a row, counted from 0, in the file: "line 3"."""
        return self.format.where(row)

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


@dataclass(frozen=True, slots=True)
class TableFile:
    """An open file: its format and columns were read, its rows not yet."""

    what: str
    file: Path
    format: Format
    options: ReadOptions = PLAIN

    def __str__(self) -> str:
        return f"{self.what} {self.file}"

    def has(self, name: str) -> bool:
        """Return whether the file has a column with this name."""
        return name in self.format.names

    def column_for(self, name: str, *, besides: Sequence[str] = ()) -> str:
        """Return `name`, or the file's only column except `besides`. Raises BadInput if it has neither."""
        others = [other for other in self.format.names if other not in besides]
        if name in others or len(others) != 1:
            return name
        return others[0]

    def read(self, names: Sequence[str]) -> Table:
        """Return the named columns; others are ignored. Raises BadInput for a missing or duplicate column."""
        present = list(self.format.names)
        for name in names:
            if present.count(name) != 1:
                count = "two columns" if name in present else "no column"
                raise BadInput(
                    f"{self} has {count} {name}; it has {', '.join(present) or 'none'}: "
                    "rename one, or say which it is"
                )
        with readable_file(self.what, self.file):
            columns = self.format.read(list(dict.fromkeys(names)))
        rows = len(next(iter(columns.values())).code) if columns else 0
        return Table(what=self.what, format=self.format, file=self.file, columns=columns, rows=rows)


def open_table(file: Path, what: str, options: ReadOptions = PLAIN) -> TableFile:
    """Open a table and read its columns' names. what: the file's role in messages. Raises BadInput.

    The file's name determines the format: .csv, .tsv, .json, .jsonl, .ndjson, .txt (lines in a column
    `text`), all of them also with .gz, or .parquet. Files with other names are read as CSV.
    """
    suffix = Path(file.name.removesuffix(".gz")).suffix.lower()
    with readable_file(what, file):
        return TableFile(what, file, _FORMATS.get(suffix, _open_csv)(file), options)


def read_table(file: Path, what: str, names: Sequence[str], options: ReadOptions = PLAIN) -> Table:
    """Return the named columns of a file; further columns are ignored. Raises BadInput."""
    return open_table(file, what, options).read(names)


@contextmanager
def readable_file(what: str, file: Path) -> Iterator[None]:
    """Turn readers' errors into BadInput that names the file."""
    try:
        yield
    except BadContent as error:
        raise BadInput(f"{what} {file}{error}") from None
    except (
        OSError,
        EOFError,
        ValueError,
        csv.Error,
        zlib.error,
    ) as error:  # pyarrow's errors are ValueErrors
        raise BadInput(f"{what} {file} cannot be read: {error}") from None


def _open_csv(file: Path) -> Format:
    from shoal.files.delimited import Delimited  # loads pyarrow, which JSON lines do not need

    return Delimited(file, ",")


def _open_tsv(file: Path) -> Format:
    from shoal.files.delimited import Delimited

    return Delimited(file, "\t")


def _open_parquet(file: Path) -> Format:
    from shoal.files.parquet import Parquet

    return Parquet(file)


def _open_json(file: Path) -> Format:
    from shoal.files.records import Records

    return Records(file, one_a_line=False)


def _open_json_lines(file: Path) -> Format:
    from shoal.files.records import Records

    return Records(file, one_a_line=True)


def _open_lines(file: Path) -> Format:
    from shoal.files.lines import LinesOfText

    return LinesOfText(file)


_FORMATS: Mapping[str, Callable[[Path], Format]] = {
    ".parquet": _open_parquet,
    ".json": _open_json,
    ".jsonl": _open_json_lines,
    ".ndjson": _open_json_lines,
    ".tsv": _open_tsv,
    ".txt": _open_lines,
}
