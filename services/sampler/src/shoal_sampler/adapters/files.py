"""Embeddings, probabilities, indices and labels in files: .npy, Parquet and CSV."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from shoal_sampler.usecases.errors import BadInput


def read_matrix(file: Path, what: str) -> Any:
    """Return an (n, d) array of numbers: .npy mapped into memory, or Parquet.

    In Parquet it is one column of lists of equal length, or every column of numbers. Raises BadInput.
    """
    if file.suffix == ".parquet":
        return _from_parquet(file, what)
    if file.suffix != ".npy":
        raise BadInput(f"{what} {file}: give a .npy or a .parquet file")
    array = read_any(file, what, "r")
    if array.dtype.kind not in "fiu":
        raise BadInput(f"{what} {file} holds {array.dtype}, not numbers: save floats")
    return array


def _from_parquet(file: Path, what: str) -> Any:
    try:
        table = pyarrow.parquet.read_table(file)
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
    lists = [name for name in table.column_names if _is_list(table.schema.field(name).type)]
    if len(lists) > 1:
        raise BadInput(f"{what} {file} has several columns of lists ({', '.join(lists)}): leave one")
    if lists:
        return _from_lists(table[lists[0]].combine_chunks(), file, what)
    numbers = [name for name in table.column_names if _is_number(table.schema.field(name).type)]
    if not numbers:
        raise BadInput(f"{what} {file} has no column of lists and no column of numbers")
    return np.column_stack([table[name].to_numpy() for name in numbers])


def _from_lists(column: Any, file: Path, what: str) -> Any:
    if column.null_count:
        row = int(np.flatnonzero(np.asarray(column.is_null()))[0])
        raise BadInput(f"{what} {file}, row {row} is empty: leave the row out")
    lengths = np.asarray(pyarrow.compute.list_value_length(column))
    if len(lengths) == 0:
        return np.empty((0, 0), np.float32)
    odd = np.flatnonzero(lengths != lengths[0])
    if len(odd):
        told = f"row {odd[0]} has {lengths[odd[0]]} values, row 0 has {lengths[0]}"
        raise BadInput(f"{what} {file}: {told}: give lists of one length")
    return np.asarray(column.flatten()).reshape(len(lengths), int(lengths[0]))


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def read_numbers(file: Path, what: str, columns: Sequence[str]) -> Any:
    """Return a vector of numbers: .npy, or the first of `columns` (else the only column) of a CSV. Raises BadInput."""
    if file.suffix == ".npy":
        array = np.asarray(read_matrix(file, what))
        if array.ndim != 1:
            raise BadInput(f"{what} {file} has shape {array.shape}: give one dimension")
        return array
    rows = read_rows(file, what)
    name = _column(rows, file, what, columns)
    out = np.empty(len(rows))
    for place, row in enumerate(rows):
        try:
            out[place] = float(row[name])
        except (TypeError, ValueError):
            raise BadInput(f"{what} {file}, line {place + 2}: {row[name]!r} is not a number") from None
    return out


def read_labels(file: Path) -> tuple[list[int] | None, list[str]]:
    """Return (rows, labels) of a CSV with columns index,label, or (None, labels) without an index. Raises BadInput.

    Without a column named label, the only column is taken.
    """
    if file.suffix == ".npy":
        return None, [str(each) for each in np.asarray(read_any(file, "labels")).tolist()]
    rows = read_rows(file, "labels")
    indexed = bool(rows) and "index" in rows[0]
    name = _column(
        [{k: v for k, v in row.items() if k != "index"} for row in rows], file, "labels", ("label",)
    )
    labels = [row[name] or "" for row in rows]
    if not indexed:
        return None, labels
    return [_whole(row["index"], file, place + 2) for place, row in enumerate(rows)], labels


def read_any(file: Path, what: str, mapped: Literal["r"] | None = None) -> Any:
    """Return the array of a .npy file, whatever it holds but objects; read as needed if mapped. Raises BadInput."""
    try:
        return np.load(file, mmap_mode=mapped, allow_pickle=False)
    except OSError as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
    except (ValueError, EOFError):  # numpy's own words recommend to load it unsafely
        raise BadInput(
            f"{what} {file} cannot be read: it is no .npy file of plain values, save it with numpy.save"
        ) from None


def read_rows(file: Path, what: str) -> list[dict[str, str]]:
    """Return the lines of a CSV file with a header. Raises BadInput."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            table = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{what} {file} cannot be read as CSV: {error}") from None
    if not table:
        raise BadInput(f"{what} {file} is empty: give a header and lines")
    names, rows = table[0], list[dict[str, str]]()
    for place, cells in enumerate(table[1:]):
        values = cells or [""] * (len(names) == 1)  # in a file of one column an empty line is an empty value
        if len(values) != len(names):
            told = f"{len(values)} values, the header {len(names)} columns"
            raise BadInput(f"{what} {file}, line {place + 2} has {told}")
        rows.append(dict(zip(names, values, strict=True)))
    return rows


def write_rows(file: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file. Raises BadInput where it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error}") from None


def _column(rows: list[dict[str, str]], file: Path, what: str, wanted: Sequence[str]) -> str:
    names = list(rows[0]) if rows else []
    for name in wanted:
        if name in names:
            return name
    if len(names) == 1:
        return names[0]
    raise BadInput(f"{what} {file} needs a column {wanted[0]}; it has {', '.join(names) or 'no lines'}")


def _whole(text: str, file: Path, line: int) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadInput(f"labels {file}, line {line}: index {text!r} is not a whole number") from None
