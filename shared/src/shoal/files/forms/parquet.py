"""Read columns of Parquet and Arrow files as text."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet

from shoal.files.columns import Column, arrow_column, column_of
from shoal.files.errors import BadContent
from shoal.files.faults import Faults
from shoal.files.forms.json_values import LARGEST_FLOAT32, LARGEST_WHOLE
from shoal.files.signatures import ARROW, ARROW_STREAM, PARQUET
from shoal.files.texts import check_no_binary, uncompressed_bytes

TEXTS = pa.dictionary(pa.int32(), pa.string())


class Parquet:
    """A Parquet file, or an Arrow file or stream; rows are counted from 0. Null and NaN are missing."""

    def __init__(self, file: Path) -> None:
        self._data = uncompressed_bytes(file)
        self._is_arrow = self._data[:4] != PARQUET
        if not self._is_arrow and self._data[-4:] != PARQUET:
            raise BadContent(" is cut off: its end is missing, write or copy it again")
        schema = self._arrow_file().schema if self._is_arrow else pyarrow.parquet.read_schema(self._source())
        self.names: Sequence[str] = schema.names
        self._schema = schema
        self.notes: list[str] = []
        self.faults: Faults = {}

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named columns; numbers and times in Arrow's form, lists and structs as JSON.

        A column of floats that are all whole is read as whole numbers: pandas writes numbers with missing
        values as floats.
        """
        table = self._arrow_table(names)
        return {name: self._as_text(table[name], name) for name in names}

    def holds_lists(self, name: str) -> bool:
        """Return whether a column holds lists."""
        return bool(pa.types.is_nested(self._schema.field(name).type))

    @property
    def rows(self) -> Sequence[tuple[str, dict[str, Any]]] | None:
        """Where each row is, and the row as an object without embeddings and images; None if all are flat."""
        names = [field.name for field in self._schema if not _is_bulky(field.type)]
        if not any(pa.types.is_nested(self._schema.field(name).type) for name in names):
            return None
        records = self._arrow_table(names).select(names).to_pylist()
        return [(self.where(row), record) for row, record in enumerate(records)]

    def where(self, row: int) -> str:
        """Return "row 3"."""
        return f"row {row}"

    def _arrow_table(self, names: Sequence[str]) -> Any:
        """Return a pyarrow table with the named columns, and perhaps others."""
        if self._is_arrow:
            return self._arrow_file().read_all()
        return pyarrow.parquet.ParquetFile(self._source()).read(columns=list(names))

    def _source(self) -> Any:
        return pa.BufferReader(pa.py_buffer(self._data))

    def _arrow_file(self) -> Any:
        """Return a reader of a file, or of a stream, as the library datasets writes it."""
        if self._data[: len(ARROW)] == ARROW:
            return pyarrow.ipc.open_file(self._source())
        if self._data[: len(ARROW_STREAM)] == ARROW_STREAM:
            return pyarrow.ipc.open_stream(self._source())
        check_no_binary(bytes(self._data[:64]))
        raise BadContent(" cannot be read: it is neither Parquet nor Arrow: rename it, or save it again")

    def _as_text(self, column: Any, name: str) -> Column:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_nested(kind):
            return _json_column(column)
        if pa.types.is_floating(kind):
            column = self._float_texts(column.cast(kind), name)
        try:
            return arrow_column(pc.cast(column, pa.string()).dictionary_encode().cast(TEXTS))
        except pa.ArrowNotImplementedError:
            raise BadContent(f": column {name} holds {column.type}: give text or numbers") from None

    def _float_texts(self, column: Any, name: str) -> Any:
        """Return floats with null for NaN, as whole numbers if all of them are."""
        if pa.types.is_float16(column.type):
            column = column.cast(pa.float32())
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        largest = LARGEST_WHOLE if pa.types.is_float64(column.type) else LARGEST_FLOAT32
        small = pc.less(pc.abs(column), pa.scalar(float(largest), column.type))
        whole = pc.and_(pc.equal(pc.floor(column), column), small)
        if len(column) == column.null_count:
            return column
        if not pc.all(whole).as_py():
            return _large_as_powers(column, largest)
        if column.null_count:
            self.notes.append(f"{name} in whole numbers")
        return column.cast(pa.int64())


def _is_bulky(kind: Any) -> bool:
    """Return whether a column may hold embeddings or images, which are no votes."""
    if pa.types.is_struct(kind):
        return any(pa.types.is_binary(kind.field(index).type) for index in range(kind.num_fields))
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return is_list and (pa.types.is_floating(kind.value_type) or _is_bulky(kind.value_type))


def _large_as_powers(column: Any, largest: int) -> Any:
    """Return floats, as texts such as 9.007199254740992e+15 if some are too large for whole numbers."""
    large = pc.any(pc.greater_equal(pc.abs(column), pa.scalar(float(largest), column.type))).as_py()
    if not large or not pc.all(pc.equal(pc.floor(column), column)).as_py():
        return column
    values = column.to_pylist()
    return pa.chunked_array([[None if value is None else f"{value:.15e}" for value in values]], pa.string())


def _json_column(column: Any) -> Column:
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
    values = column.to_pylist()
    texts = [
        None if value is None else orjson.dumps(value, default=str, option=options).decode()
        for value in values
    ]
    cells = column_of(texts)
    return Column(cells.code, cells.texts, frozenset(np.unique(cells.code[cells.code >= 0]).tolist()))
