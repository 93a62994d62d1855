"""Row numbers, weights, labels and target shares from files."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.classes.order import classes_fact, ordered_classes
from shoal.files import checks
from shoal.files.columns import Coded, Column
from shoal.files.errors import BadInput
from shoal.files.faults import Fault
from shoal.files.matrix.arrays import read_array, read_vector
from shoal.files.options import ReadOptions
from shoal.files.spelling import joined_names
from shoal.files.suspects import label_warnings
from shoal.files.tables import BadRows, open_table

INDEX = "index"
ARRAYS = (".npy", ".npz")
CLASS = ("class", "label", "name")
SHARE = "share"
_WHOLE = re.compile(r"[+-]?\d+(\.0*)?", re.ASCII)
Warn = Callable[[str], None]
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
    file: Path,
    what: str,
    column: str,
    *,
    options: ReadOptions,
    summarize: Summarize,
    bad_rows: BadRows = "refused",
) -> NDArray[Any]:
    """Return the numbers (n,) of a .npy file or of one column of a table; a single column may have any name.

    bad_rows: what becomes of rows without a number if `options` skip them. Raises BadInput.
    """
    if file.suffix.lower() in ARRAYS:
        return read_vector(file, what)
    source = open_table(file, what, options)
    name = source.column_for(column)
    table = source.read([name], needs={name: (checks.full_cells, checks.number_cells)}, bad_rows=bad_rows)
    summarize(table)
    return table.numbers(name)


def read_labels(
    file: Path,
    what: str = "labels",
    *,
    options: ReadOptions,
    summarize: Summarize,
    warn: Warn,
    complete: bool = False,
) -> tuple[list[int] | None, list[str]]:
    """Return (rows, labels) of a table with columns index and label; (None, labels) without index.

    complete: whether every row needs a label. Without index, rows that are skipped have none. A single column
    next to index may have any name. Raises BadInput.
    """
    if file.suffix.lower() in ARRAYS:
        array = np.asarray(read_array(file, what))
        if array.ndim != 1:
            raise BadInput(f"{what} {file} has shape {array.shape}: give one label for each row, (n,)")
        return None, [_label_text(label) for label in array.tolist()]
    source = open_table(file, what, options)
    label = source.column_for("label", besides=[INDEX])
    has_index = source.has(INDEX)
    table = source.read(
        [INDEX, label] if has_index else [label],
        needs={
            INDEX: (checks.full_cells, _whole_number),
            label: (checks.plain_cells, checks.full_cells) if complete else (checks.plain_cells,),
        },
        bad_rows="left out" if has_index else "emptied",
    )
    texts = _joined_labels(table, label, table.coded(label), options, warn=warn)
    summarize(table, classes_fact(ordered_classes(text for text in texts if text), ""))
    if not has_index:
        return None, texts
    return [int(text.strip().partition(".")[0]) for text in table.texts(INDEX)], texts


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
    needs = {column: (checks.full_cells, checks.plain_cells), SHARE: (checks.full_cells, checks.number_cells)}
    table = source.read([column, SHARE], needs=needs, bad_rows="refused")
    names = table.full(column)
    return Target(
        what=what,
        shares=[float(share) for share in table.numbers(SHARE)],
        classes=[names.names[code] for code in names.code.tolist()],
    )


def _joined_labels(what: object, name: str, column: Coded, options: ReadOptions, *, warn: Warn) -> list[str]:
    """Return the label of each row, "" for none; look-alikes as one of them if `options` join them."""
    for warning in label_warnings(name, column, join=options.join_spellings):
        warn(f"{what}: {warning}")
    if options.join_spellings:
        column = column.renamed(joined_names(column.names, column.counts()))
    names = [*column.names, ""]  # EMPTY is -1, the index of the last
    return [names[code] for code in column.code.tolist()]


def _whole_number(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse cells that are not whole numbers."""
    bad = {code: text for code, text in enumerate(column.texts) if text.strip() and not _is_whole(text)}
    return {code: Fault(f": {name} {text!r} is not a whole number", "mend it") for code, text in bad.items()}


def _is_whole(text: str) -> bool:
    return _WHOLE.fullmatch(text.strip()) is not None


def _label_text(label: Any) -> str:
    """Return a label of an array as text, "" for a missing one."""
    return "" if label is None or label != label else str(label).strip()
