"""Write tables and pages; the file's name determines the format of a table."""

import gzip
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.columns import EMPTY, Coded
from shoal.files.outputs import replace_file

Cells = Coded | NDArray[Any] | Sequence[Any]


def write_table(file: Path, columns: Mapping[str, Cells]) -> None:
    """Write columns of equal length to CSV, or to TSV or Parquet by the file's name; .gz is compressed.

    A column is a sequence of texts, numbers or truth values, or a Coded; EMPTY, NaN and masked values are
    empty cells. Raises BadInput if the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    table = pa.table({name: _arrow_array(cells) for name, cells in columns.items()})
    name = file.name.lower()
    with replace_file(file) as partial:
        if name.endswith(".parquet"):
            pyarrow.parquet.write_table(table, partial)
            return
        delimiter = "\t" if name.removesuffix(".gz").endswith(".tsv") else ","
        options = pyarrow.csv.WriteOptions(quoting_style="needed", delimiter=delimiter)
        with gzip.open(partial, "wb") if name.endswith(".gz") else partial.open("wb") as raw:
            pyarrow.csv.write_csv(table, raw, options)


def write_text(file: Path, text: str) -> None:
    """Write a page. Raises BadInput if that fails."""
    with replace_file(file) as partial:
        partial.write_text(text, encoding="utf-8")


def _arrow_array(cells: Cells) -> Any:
    """Return a pyarrow array over the cells' buffers; `pyarrow.array` would import pandas."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(cells, Coded):
        code = np.ma.masked_equal(np.asarray(cells.code, np.int32), EMPTY)
        return pc.cast(
            pa.DictionaryArray.from_arrays(_arrow_array(code), _text_array(cells.names)), pa.string()
        )
    if len(cells) and isinstance(cells[0], str):
        return _text_array(list(cells))
    values = np.asanyarray(cells)
    missing = np.ma.getmaskarray(values)
    plain = np.ascontiguousarray(np.ma.getdata(values))
    if plain.dtype.kind == "f":
        missing = missing | np.isnan(plain)
    valid = _packed_bits(~missing) if missing.any() else None
    data = _packed_bits(plain) if plain.dtype.kind == "b" else pa.py_buffer(plain)
    return pa.Array.from_buffers(pa.from_numpy_dtype(plain.dtype), len(plain), [valid, data])


def _text_array(texts: Sequence[str]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = [text.encode() for text in texts]
    ends = np.fromiter(accumulate(map(len, encoded), initial=0), np.int64, len(encoded) + 1)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    array = pa.Array.from_buffers(pa.large_string(), len(encoded), buffers)
    return pc.cast(array, pa.string()) if ends[-1] < 1 << 31 else array


def _packed_bits(values: NDArray[np.bool_]) -> Any:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(values, bitorder="little"))
