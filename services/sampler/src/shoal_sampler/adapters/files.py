"""Row numbers, weights, labels and target shares from files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.classes.order import classes_fact, ordered_classes
from shoal.files.arrays import read_array, read_vector
from shoal.files.errors import BadInput
from shoal.files.options import ReadOptions
from shoal.files.tables import open_table

INDEX = "index"
ARRAYS = (".npy", ".npz")
CLASS = ("class", "label", "name")
SHARE = "share"
Summarize = Callable[..., None]  # shows how a table was read, and further phrases about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Shares of classes. classes: their names, None if the shares are in the order of the columns.

    what: the file in messages.
    """

    what: str
    shares: Sequence[float]
    classes: Sequence[str] | None = None


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
        array = np.asarray(read_array(file, what))
        if array.ndim != 1:
            raise BadInput(f"{what} {file} has shape {array.shape}: give one label for each row, (n,)")
        return None, [_label_text(label) for label in array.tolist()]
    source = open_table(file, what, options)
    label = source.column_for("label", besides=[INDEX])
    has_index = source.has(INDEX)
    table = source.read([INDEX, label] if has_index else [label])
    texts = [text.strip() for text in table.texts(label)]
    summarize(table, classes_fact(ordered_classes(text for text in texts if text), ""))
    if not has_index:
        return None, texts
    rows = table.full(INDEX)
    number = []
    for row, text in enumerate(rows.names[code] for code in rows.code.tolist()):
        try:
            number.append(int(text))
        except ValueError:
            raise BadInput(f"{table}, {table.where(row)}: index {text!r} is not a whole number") from None
    return number, texts


def read_target(file: Path, *, options: ReadOptions) -> Target:
    """Return the shares of a target. Raises BadInput.

    A table has a column share, and may have one of classes: class, label or name, or the only other column.
    """
    what = f"target {file}"
    if file.suffix.lower() in ARRAYS:
        return Target(what=what, shares=[float(share) for share in read_vector(file, "target")])
    source = open_table(file, "target", options)
    others = [name for name in source.format.names if name != SHARE]
    column = next((name for name in CLASS if source.has(name)), others[0] if len(others) == 1 else None)
    if source.has(SHARE) and column is None and others:
        raise BadInput(f"{what}: which of {', '.join(others)} are the classes? Name that column class")
    if not source.has(SHARE) or column is None:
        shares = read_numbers(file, "target", SHARE, options=options, summarize=lambda *_: None)
        return Target(what=what, shares=[float(share) for share in shares])
    table = source.read([column, SHARE])
    table.full(SHARE)
    names = table.full(column)
    return Target(
        what=what,
        shares=[float(share) for share in table.numbers(SHARE)],
        classes=[names.names[code] for code in names.code.tolist()],
    )


def _label_text(label: Any) -> str:
    """Return a label of an array as text, "" for a missing one."""
    return "" if label is None or label != label else str(label).strip()
