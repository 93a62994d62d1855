"""Probabilities and embeddings in files: .npy and Parquet."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.errors import BadInput

BLOCK = 65_536
SUM_TOLERANCE = 1e-3


def read_matrix(file: Path, what: str) -> tuple[Any, list[str] | None]:
    """Return an (n, columns) array of finite numbers and the names of its columns, where the file has them.

    .npy is mapped into memory. Parquet is one column of lists of one length, or every column of numbers. Raises
    BadInput that names the first bad row.
    """
    array, names = _parquet(file, what) if file.suffix == ".parquet" else (_npy(file, what), None)
    if array.ndim != 2 or not all(array.shape):
        raise BadInput(f"{what} {file} has shape {array.shape}: give two dimensions, one row for each label")
    for start in range(0, len(array), BLOCK):
        bad = np.argwhere(~np.isfinite(array[start : start + BLOCK]))
        if len(bad):
            row, column = int(bad[0][0]) + start, int(bad[0][1])
            raise BadInput(f"{what} {file}, row {row}, column {column} is {array[row, column]}: give numbers")
    return array, names


def check_distributions(array: Any, file: Path) -> None:
    """Raise BadInput unless every row is 0 or more and adds up to 1."""
    for start in range(0, len(array), BLOCK):
        part: Floats = np.asarray(array[start : start + BLOCK], np.float64)
        sums = part.sum(axis=1)
        bad = np.flatnonzero((part < 0).any(axis=1) | (np.abs(sums - 1) > SUM_TOLERANCE))
        if len(bad):
            told = f"probabilities {file}, row {start + int(bad[0])}"
            raise BadInput(f"{told}: give numbers of 0 or more that add up to 1, not {sums[bad[0]]:.4g}")


def _npy(file: Path, what: str) -> Any:
    if file.suffix != ".npy":
        raise BadInput(f"{what} {file}: give a .npy or a .parquet file")
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
    if array.dtype.kind not in "fiu":
        raise BadInput(f"{what} {file} holds {array.dtype}, not numbers: save floats")
    return array


def _parquet(file: Path, what: str) -> tuple[Any, list[str] | None]:
    try:
        table = pyarrow.parquet.read_table(file)
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
    kinds = {name: table.schema.field(name).type for name in table.column_names}
    lists = [name for name, kind in kinds.items() if pa.types.is_nested(kind)]
    numbers = [
        name for name, kind in kinds.items() if pa.types.is_floating(kind) or pa.types.is_integer(kind)
    ]
    if len(lists) == 1:
        return _lists(table[lists[0]], file, what), None
    if lists or not numbers:
        raise BadInput(f"{what} {file} needs one column of lists, or columns of numbers")
    return np.column_stack([table[name].to_numpy() for name in numbers]), numbers


def _lists(column: Any, file: Path, what: str) -> Any:
    try:
        lengths = pc.list_value_length(column)
        values = np.asarray(pc.list_flatten(column).to_numpy())
    except pa.ArrowException as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
    if column.null_count or pc.min_max(lengths)["min"] != pc.min_max(lengths)["max"]:
        raise BadInput(f"{what} {file}: every row needs a list of the same length")
    if values.dtype.kind not in "fiu":
        raise BadInput(f"{what} {file} holds {values.dtype}, not numbers: save floats")
    return values.reshape(len(column), -1)
