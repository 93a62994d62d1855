"""Row numbers, weights and labels from files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.arrays import read_array, read_vector
from shoal.files.errors import BadInput
from shoal.files.tables import open_table

INDEX = "index"
ARRAYS = (".npy", ".npz")


def read_numbers(file: Path, what: str, column: str) -> NDArray[Any]:
    """Return the numbers (n,) of a .npy file or of one column of a table; a single column may have any name.

    Raises BadInput, also for an empty cell.
    """
    if file.suffix.lower() in ARRAYS:
        return read_vector(file, what)
    source = open_table(file, what)
    name = source.column_for(column)
    table = source.read([name])
    table.full(name)
    return table.numbers(name)


def read_labels(file: Path, what: str = "labels") -> tuple[list[int] | None, list[str]]:
    """Return (rows, labels) of a table with columns index and label; (None, labels) without index.

    A single column next to index may have any name. Raises BadInput.
    """
    if file.suffix.lower() in ARRAYS:
        return None, [str(label) for label in np.asarray(read_array(file, what)).tolist()]
    source = open_table(file, what)
    label = source.column_for("label", besides=[INDEX])
    if not source.has(INDEX):
        return None, source.read([label]).texts(label)
    table = source.read([INDEX, label])
    rows = table.full(INDEX)
    number = []
    for row, text in enumerate(rows.names[code] for code in rows.code.tolist()):
        try:
            number.append(int(text))
        except ValueError:
            raise BadInput(f"{table}, {table.where(row)}: index {text!r} is not a whole number") from None
    return number, table.texts(label)
