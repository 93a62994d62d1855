"""Tables and pages that commands write; the name of the file says the format."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.columns import EMPTY
from shoal.files.errors import BadInput


def write_table(file: Path, columns: Mapping[str, Any]) -> None:
    """Write columns of one length to CSV, TSV or Parquet (.parquet). Raises BadInput where it cannot be written."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    table = pa.table(dict(columns))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix.lower() == ".parquet":
            pyarrow.parquet.write_table(table, file)
        else:
            delimiter = "\t" if file.suffix.lower() == ".tsv" else ","
            options = pyarrow.csv.WriteOptions(quoting_style="needed", delimiter=delimiter)
            pyarrow.csv.write_csv(table, file, options)
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
    """Return a column of names by number, to be written, empty for EMPTY; each name is held once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array(code, pa.int32(), mask=np.asarray(code) == EMPTY)
    return pc.cast(pa.DictionaryArray.from_arrays(numbers, pa.array(names, pa.string())), pa.string())
