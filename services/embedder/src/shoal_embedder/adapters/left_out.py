"""Items that are not encoded, and the file beside the output that says which row is which item."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shoal.files.errors import BadInput
from shoal.files.writing import Cells, write_table

MOST_NAMES = 50  # names in a message; the file beside the output has all


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An item that cannot be encoded. position: "line 3" of a table, "" for a file."""

    file: Path
    problem: str
    position: str = ""

    def __str__(self) -> str:
        return f"{self.file}{self.position and ', '}{self.position} ({self.problem})"


def named_items(items: Sequence[object]) -> str:
    """Return the names of items, at most MOST_NAMES of them."""
    names = ", ".join(map(str, items[:MOST_NAMES]))
    return names if len(items) <= MOST_NAMES else f"{names} and {len(items) - MOST_NAMES:,} more"


def refuse_items(left_out: Sequence[LeftOut], total: int, kind: str) -> None:
    """Raise BadInput that names all items that cannot be encoded."""
    if left_out:
        raise BadInput(
            f"{len(left_out):,} of {total:,} {kind} cannot be read: {named_items(left_out)}; "
            "mend or remove them, or leave them out with --skip-bad"
        )


def write_left_out(file: Path, left_out: Sequence[LeftOut]) -> None:
    """Write the items that were left out. Raises BadInput."""
    columns = {
        "file": [str(item.file) for item in left_out],
        "place": [item.position for item in left_out],
        "problem": [item.problem for item in left_out],
    }
    write_table(file, columns)


def write_rows(file: Path, files: Sequence[Path], rows: Sequence[int]) -> None:
    """Write the input of every vector: row, file and, for tables, file_row, all from 0. Raises BadInput."""
    columns: dict[str, Cells] = {"row": np.arange(len(files)), "file": [str(path) for path in files]}
    if rows:
        columns["file_row"] = np.array(rows)
    write_table(file, columns)
