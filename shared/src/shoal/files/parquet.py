"""Read columns of Parquet files as text."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from shoal.files.columns import Column, arrow_column
from shoal.files.errors import BadContent

TEXTS = pa.dictionary(pa.int32(), pa.string())


class Parquet:
    """A Parquet file; rows are counted from 0."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.names: Sequence[str] = pyarrow.parquet.read_schema(file).names

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named columns; numbers and times in Arrow's form."""
        table = pyarrow.parquet.read_table(self._file, columns=list(names))
        return {name: _as_text(table[name], name) for name in names}

    def where(self, row: int) -> str:
        """Return "row 3"."""
        return f"row {row}"


def _as_text(column: Any, name: str) -> Column:
    try:
        return arrow_column(pc.cast(column, pa.string()).dictionary_encode().cast(TEXTS))
    except pa.ArrowNotImplementedError:
        raise BadContent(f": column {name} holds {column.type}: give text or numbers") from None
