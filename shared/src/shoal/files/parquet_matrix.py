"""Read a matrix from a Parquet file: one column of lists of equal length, or columns of numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from shoal.files.errors import BadContent


def parquet_matrix(file: Path) -> tuple[Any, list[str] | None]:
    """Return the numbers, (n, d), and the names of columns of numbers (None for lists). Raises BadContent."""
    table = pyarrow.parquet.read_table(file)
    kinds = {name: table.schema.field(name).type for name in table.column_names}
    lists = [name for name, kind in kinds.items() if _is_list(kind)]
    numbers = [
        name for name, kind in kinds.items() if pa.types.is_floating(kind) or pa.types.is_integer(kind)
    ]
    if len(lists) > 1:
        raise BadContent(f" has several columns of lists ({', '.join(lists)}): leave one")
    if lists:
        return _of_lists(table[lists[0]]), None
    if not numbers:
        raise BadContent(" has no column of lists and no column of numbers")
    return np.column_stack([_column_values(table[name], name) for name in numbers]), numbers


def _of_lists(column: Any) -> Any:
    if column.null_count:
        raise BadContent(f", row {_first_null(column)} is empty: leave the row out")
    if not len(column):
        return np.empty((0, 0), np.float32)
    lengths = _column_values(pc.list_value_length(column), "")
    odd = np.flatnonzero(lengths != lengths[0])
    if len(odd):
        count = f"row {odd[0]} has {lengths[odd[0]]} values, row 0 has {lengths[0]}"
        raise BadContent(f": {count}: give lists of one length")
    kind = column.type.value_type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise BadContent(f" holds {kind}, not numbers: save floats")
    flat = pc.list_flatten(column)
    if flat.null_count:
        row = _first_null(flat) // int(lengths[0])
        raise BadContent(f", row {row} has an empty value: give numbers")
    return _column_values(flat, "").reshape(len(lengths), int(lengths[0]))


def _column_values(column: Any, name: str) -> Any:
    """Return the numbers of a column.

    It uses DLPack, because pyarrow's conversion imports pandas if that is installed.
    """
    if column.null_count:
        raise BadContent(f", row {_first_null(column)} of column {name} is empty: give numbers")
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [np.from_dlpack(chunk) for chunk in chunks if len(chunk)]
    if not parts:
        return np.empty(0, np.float32)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _first_null(column: Any) -> int:
    return int(column.is_null().to_pylist().index(True))


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))
