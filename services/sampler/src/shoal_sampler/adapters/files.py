"""Row numbers, weights and labels in files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.errors import BadInput
from shoal.files.matrices import read_array, read_vector
from shoal.files.tables import open_table

INDEX = "index"
ARRAYS = (".npy", ".npz")


def read_numbers(file: Path, what: str, column: str) -> NDArray[Any]:
    """Return the numbers of a .npy file, or of a column of a table, whose only column may have any name: (n,).

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
    """Return (rows, labels) of a table with the columns index and label; (None, labels) without index.

    A column beside index may have any name if it is the only one. Raises BadInput.
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
