"""Columns of CSV and Parquet files, without a loop over rows.

Every cell is text, and each distinct text is kept once: 4 bytes for each row and column, and the distinct texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, Ints
from shoal_qa.usecases.errors import BadInput

EMPTY = -1  # the number of an empty cell
TEXTS = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as numbers: code (rows,) indexes names, which are sorted; EMPTY for an empty cell."""

    code: Ints
    names: list[str]

    def with_names(self, more: Sequence[str]) -> "Coded":
        """Return the column numbered by its own names and more."""
        names = sorted({*self.names, *more})
        if names == self.names:
            return self
        number = {name: index for index, name in enumerate(names)}
        place = np.array([*(number[name] for name in self.names), EMPTY], np.int32)
        return Coded(place[self.code], names)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns that were asked for. what: what errors call the file."""

    what: str
    file: Path
    columns: Mapping[str, Any]
    rows: int

    def __str__(self) -> str:
        return f"{self.what} {self.file}"

    def where(self, row: int) -> str:
        """Return what people call a row of the file."""
        return f"row {row}" if self.file.suffix == ".parquet" else f"line {row + 2}"

    def coded(self, name: str) -> Coded:
        """Return a column as numbers; blanks around a text do not count."""
        chunks = self.columns[name].unify_dictionaries().chunks
        if not chunks:
            return Coded(np.empty(0, np.int32), [])
        texts = [text.strip() for text in chunks[0].dictionary.to_pylist()]
        names = sorted({text for text in texts if text})
        number = {name: index for index, name in enumerate(names)}
        place = np.array([*(number.get(text, EMPTY) for text in texts), EMPTY], np.int32)
        parts = [np.asarray(chunk.indices.fill_null(EMPTY)) for chunk in chunks]
        return Coded(place[np.concatenate(parts)], names)

    def full(self, name: str) -> Coded:
        """Return a column as numbers. Raises BadInput for an empty cell."""
        column = self.coded(name)
        empty = np.flatnonzero(column.code == EMPTY)
        if len(empty):
            raise BadInput(
                f"{self}, {self.where(int(empty[0]))}: {name} is empty: fill it, or leave the row out"
            )
        return column

    def numbers(self, name: str) -> Floats:
        """Return a column of numbers, NaN for empty cells: (rows,). Raises BadInput."""
        return self._values(name, _numbers, "a number")

    def times(self, name: str) -> Floats:
        """Return numbers, or dates with times as seconds since 1970, NaN for empty cells: (rows,). Raises BadInput."""
        return self._values(name, _times, "a number or a time like 2026-03-01T12:30:00Z")

    def _values(self, name: str, parse: Any, what: str) -> Floats:
        column = self.coded(name)
        values, bad = parse(column.names)
        if bad is not None:
            row = int(np.flatnonzero(column.code == bad)[0])
            raise BadInput(f"{self}, {self.where(row)}: {name} {column.names[bad]!r} is not {what}")
        return np.asarray(np.append(values, np.nan)[column.code])


def read_columns(file: Path, what: str, names: Sequence[str]) -> Sheet:
    """Return the named columns; further columns are ignored. Raises BadInput for a file or column that is not there."""
    try:
        found, table = _parquet(file, names) if file.suffix == ".parquet" else _csv(file, names)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
    for name in names:
        if found.count(name) != 1:
            told = "two columns" if name in found else "no column"
            raise BadInput(
                f"{what} {file} has {told} {name}; it has {', '.join(found) or 'none'}: rename one, or say which it is"
            )
    return Sheet(what, file, {name: table[name] for name in names}, table.num_rows)


def write_table(file: Path, columns: Mapping[str, Any]) -> None:
    """Write columns to CSV, or to Parquet by the file's name. Raises BadInput where it cannot be written."""
    table = pa.table(dict(columns))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".parquet":
            pyarrow.parquet.write_table(table, file)
        else:
            pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(quoting_style="needed"))
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error}") from None


def write_text(file: Path, text: str) -> None:
    """Write a page. Raises BadInput where it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error}") from None


def named_column(names: Sequence[str], code: NDArray[Any]) -> Any:
    """Return a column of names by number, to be written, empty for EMPTY; each name is kept once."""
    numbers = pa.array(code, pa.int32(), mask=np.asarray(code) == EMPTY)
    return pc.cast(pa.DictionaryArray.from_arrays(numbers, pa.array(names, pa.string())), pa.string())


def _csv(file: Path, names: Sequence[str]) -> tuple[list[str], Any]:
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    with pyarrow.csv.open_csv(file, parse_options=parse) as head:
        found = head.schema.names
        if any(found.count(name) != 1 for name in names):
            return found, head.schema.empty_table()
    options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, TEXTS),
        include_columns=list(names),
        strings_can_be_null=True,
        null_values=[""],
    )
    return found, pyarrow.csv.read_csv(file, parse_options=parse, convert_options=options)


def _parquet(file: Path, names: Sequence[str]) -> tuple[list[str], Any]:
    schema = pyarrow.parquet.read_schema(file)
    if any(schema.names.count(name) != 1 for name in names):
        return schema.names, schema.empty_table()
    table = pyarrow.parquet.read_table(file, columns=list(names))
    texts = [pc.cast(table[name], pa.string()).dictionary_encode() for name in names]
    return schema.names, pa.table([each.cast(TEXTS) for each in texts], list(names))


def _numbers(names: Sequence[str]) -> tuple[Floats, int | None]:
    """Return the numbers, and the place of the first text that is none."""
    values = np.empty(len(names))
    for place, name in enumerate(names):
        try:
            values[place] = float(name)
        except ValueError:
            return values, place
    return values, None


def _times(names: Sequence[str]) -> tuple[Floats, int | None]:
    values, bad = _numbers(names)
    if bad is None:
        return values, None
    for kind in (pa.timestamp("us", tz="UTC"), pa.timestamp("us")):
        try:
            return np.asarray(pc.cast(pa.array(names), kind).cast(pa.int64())) / 1e6, None
        except pa.ArrowException:
            continue
    return values, bad
