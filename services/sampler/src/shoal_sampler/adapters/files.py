"""Row numbers, weights and labels from files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.arrays import read_array, read_vector
from shoal.files.errors import BadInput
from shoal.files.options import ReadOptions
from shoal.files.tables import Table, open_table

INDEX = "index"
ARRAYS = (".npy", ".npz")
Summarize = Callable[[Table], None]  # shows how a table was read


def read_numbers(
    file: Path, what: str, column: str, *, options: ReadOptions, summarize: Summarize
) -> NDArray[Any]:
    """Return the numbers (n,) of a .npy file or of one column of a table; a single column may have any name.

    Raises BadInput, also for an empty cell.
    """
    if file.suffix.lower() in ARRAYS:
        return read_vector(file, what)
    source = open_table(file, what, options)
    name = source.column_for(column)
    table = source.read([name])
    table.full(name)
    summarize(table)
    return table.numbers(name)


def read_labels(
    file: Path, what: str = "labels", *, options: ReadOptions, summarize: Summarize
) -> tuple[list[int] | None, list[str]]:
    """Return (rows, labels) of a table with columns index and label; (None, labels) without index.

    A single column next to index may have any name. Raises BadInput.
    """
    if file.suffix.lower() in ARRAYS:
        return None, [str(label) for label in np.asarray(read_array(file, what)).tolist()]
    source = open_table(file, what, options)
    label = source.column_for("label", besides=[INDEX])
    has_index = source.has(INDEX)
    table = source.read([INDEX, label] if has_index else [label])
    summarize(table)
    if not has_index:
        return None, table.texts(label)
    rows = table.full(INDEX)
    number = []
    for row, text in enumerate(rows.names[code] for code in rows.code.tolist()):
        try:
            number.append(int(text))
        except ValueError:
            raise BadInput(f"{table}, {table.where(row)}: index {text!r} is not a whole number") from None
    return number, table.texts(label)
