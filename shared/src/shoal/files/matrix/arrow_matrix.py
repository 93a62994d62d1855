"""Read a matrix from a Parquet or Arrow file: one column of lists of equal length, or columns of numbers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from numpy.typing import NDArray

from shoal.files.errors import BadContent
from shoal.files.matrix.arrow_numbers import is_list, plain_numbers, storage_type
from shoal.files.matrix.dimensions import Dimensions, choose_dimensions
from shoal.files.signatures import ARROW, PARQUET
from shoal.wording import format_count


def arrow_matrix(
    file: Path, columns: Sequence[str] | None, *, of_classes: bool = False
) -> tuple[Any, list[str] | None, list[str]]:
    """Return the numbers, (n, d), the names of columns of numbers (None for lists), and facts.

    columns: names or patterns of the columns to read; None chooses them. of_classes: whether the columns are
    classes, with names of any form. Empty values are NaN, and so is a
    row without a list. Raises BadContent, OSError or ValueError.
    """
    table = _read_file(file)
    dimensions = choose_dimensions(table, columns, of_classes=of_classes)
    if len(dimensions.names) == 1 and is_list(table.schema.field(dimensions.names[0]).type):
        return _matrix_of_lists(table[dimensions.names[0]]), None, dimensions.facts()
    return *_matrix_of_columns(table, dimensions), dimensions.facts()


def _read_file(file: Path) -> Any:
    """Return the table of a Parquet file, or of an Arrow file or stream."""
    with file.open("rb") as stream:
        magic = stream.read(8)
    if magic.startswith(PARQUET):
        return pyarrow.parquet.read_table(file)
    source = pa.memory_map(str(file))
    opener: Callable[[Any], Any] = pa.ipc.open_file if magic.startswith(ARROW) else pa.ipc.open_stream
    return opener(source).read_all()


def _matrix_of_columns(table: Any, dimensions: Dimensions) -> tuple[Any, list[str]]:
    names = dimensions.names
    if len(set(table.column_names)) < len(table.column_names):
        raise BadContent(" has two columns of one name: rename one")
    return np.column_stack([plain_numbers(table[name]) for name in names]), names


def _matrix_of_lists(column: Any) -> Any:
    column = _without_extension(column)
    lengths = np.asarray(plain_numbers(pc.fill_null(pc.list_value_length(column), -1)))
    if not len(lengths) or lengths.max() <= 0:
        return np.empty((0, 0), np.float32)
    if is_list(column.type.value_type):
        return _matrix_of_lists(_only_list(column, lengths))
    width = _common_length(lengths)
    flat = plain_numbers(pc.list_flatten(column))
    if (lengths == width).all():
        return flat.reshape(len(lengths), width)
    values = np.full((len(lengths), width), np.nan, flat.dtype if flat.dtype.kind == "f" else np.float64)
    values[lengths == width] = flat.reshape(-1, width)
    return values


def _without_extension(column: Any) -> Any:
    """Return a list column without its extension type."""
    if not isinstance(column.type, pa.BaseExtensionType):
        return column
    return pa.chunked_array([chunk.storage for chunk in column.chunks], storage_type(column.type))


def _only_list(column: Any, lengths: NDArray[Any]) -> Any:
    """Return the inner lists of lists that hold one each."""
    odd = np.flatnonzero(lengths != 1)
    if len(odd):
        count = f"row {odd[0]} holds {format_count(max(0, lengths[odd[0]]), 'list')}"
        raise BadContent(f": {count}: give one vector for each row, for example the mean of its lists")
    return pc.list_flatten(column)


def _common_length(lengths: NDArray[Any]) -> int:
    """Return the length of all lists; rows without a list have -1. Raises BadContent for two lengths."""
    width = int(lengths[lengths > 0][0])
    odd = np.flatnonzero((lengths != width) & (lengths > 0))
    if len(odd):
        first = int(np.flatnonzero(lengths == width)[0])
        count = f"row {odd[0]} has {format_count(int(lengths[odd[0]]), 'value')}, row {first} has {width}"
        raise BadContent(f": {count}: give lists of one length")
    return width
