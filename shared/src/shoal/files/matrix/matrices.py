"""Matrices of numbers in files: .npy, .npz, Parquet and Arrow; never pickled objects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.errors import BadContent, BadInput
from shoal.files.faults import SkippedRow
from shoal.files.matrix.arrays import check_numbers, read_array
from shoal.files.signatures import COLUMNAR, NUMPY, ZIP

BLOCK = 65_536  # rows
Report = Callable[[int, int], None]
Rows = NDArray[np.int64]

CLASSES = "probabilities"  # the role of a matrix whose columns are classes
_MOST_ROWS = 10  # named in a message
_OTHER_FORMS = {
    b"\x89HDF": "HDF5",
    b"\x1f\x8b": "a gzip file",
    b"FEA1": "Feather version 1",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"MATLAB": "a MATLAB file",
}


def _report_nothing(_count: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A matrix of numbers from a file.

    values: (n, d) numbers of any width; a .npy file is mapped into memory. names: names of the columns, if
    the file has them. what: the file's role in messages, such as "embeddings". notes: phrases about what was
    not read.
    """

    what: str
    file: Path
    values: Any
    names: list[str] | None = None
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        return f"{self.what} {self.file}"

    def __len__(self) -> int:
        return len(self.values)

    def facts(self) -> list[str]:
        """Return phrases for the summary of the file: its rows and dimensions, and what was left out."""
        rows, dimensions = self.values.shape
        return [f"{rows:,} x {dimensions:,}", *self.notes]

    def skipped_rows(self, bad: Rows) -> list[SkippedRow]:
        """Return rows that a command leaves out, with their faults."""
        faults = {row: self._fault_of(row).removeprefix(f"row {row}").lstrip(", ") for row in bad.tolist()}
        return [SkippedRow(self.file, f"row {row}", fault) for row, fault in faults.items()]

    def bad_rows(self) -> Rows:
        """Return the rows with a value that is not finite."""
        return self._bad_rows(lambda block: np.isfinite(block))

    def finite(self) -> Any:
        """Return the unconverted values. Raises BadInput, with all rows that have one that is not finite."""
        self.refuse_rows(self.bad_rows())
        return self.values

    def float32(self, report: Report = _report_nothing) -> NDArray[np.float32]:
        """Return a copy, (n, d). Raises BadInput, with all rows with one that is no finite float32 number."""
        out, bad = self.float32_rows(report)
        self.refuse_rows(bad)
        return out

    def float32_rows(self, report: Report = _report_nothing) -> tuple[NDArray[np.float32], Rows]:
        """Return a copy, (n, d), and the rows with a value that is no finite float32 number."""
        out = np.empty(self.values.shape, np.float32)
        bad = []
        for start in range(0, len(self), BLOCK):
            block = out[start : start + BLOCK]
            with np.errstate(over="ignore"):
                block[:] = self.values[start : start + BLOCK]
            bad.append(start + np.flatnonzero(~np.isfinite(block).all(axis=1)))
            report(min(start + BLOCK, len(self)), len(self))
        return out, np.concatenate(bad)

    def _bad_rows(self, valid: Callable[[Any], NDArray[np.bool_]]) -> Rows:
        parts = range(0, len(self), BLOCK)
        bad = [
            start + np.flatnonzero(~valid(self.values[start : start + BLOCK]).all(axis=1)) for start in parts
        ]
        return np.concatenate(bad)

    def refuse_rows(self, bad: Rows) -> None:
        """Raise BadInput if there are bad rows; the message names them."""
        if len(bad):
            more = f"; rows {shown_rows(bad)} have such values" if len(bad) > 1 else ""
            fix = "give finite float32 numbers, or leave the rows out with --skip-bad"
            raise BadInput(f"{self}, {self._fault_of(int(bad[0]))}{more}: {fix}")

    def _fault_of(self, row: int) -> str:
        values = np.asarray(self.values[row])
        if np.isnan(values).all():
            return f"row {row} has no values"
        if not values.any():
            return f"row {row} is all zeros and has no direction"
        finite = np.isfinite(values)
        if finite.all():  # but too large for a float32
            finite = np.abs(values) <= np.finfo(np.float32).max
        odd = np.flatnonzero(~finite)
        column = int(odd[0])
        name = self.names[column] if self.names else column
        return f"row {row}, column {name} is {values[column]}"


def shown_rows(rows: Rows) -> str:
    """Return the numbers of rows as text, cut after the first few."""
    shown = ", ".join(str(row) for row in rows[:_MOST_ROWS])
    return shown if len(rows) <= _MOST_ROWS else f"{shown} and {len(rows) - _MOST_ROWS:,} more"


def read_matrix(file: Path, what: str, columns: Sequence[str] | None = None) -> Matrix:
    """Return the (n, d) numbers of a file, n and d above 0. Raises BadInput.

    what: the file's role in messages. columns: names or patterns of the columns of a Parquet or Arrow file
    that are dimensions; None chooses one column of lists of equal length, or the columns of floats. A .npz
    file must hold one array, or one named `what`, or one matrix beside vectors.
    """
    values, names, notes = _read_values(file, what, columns)
    if values.ndim == 3 and 1 in values.shape[1:]:
        notes = [*notes, f"shape {values.shape} without its middle dimension"]
        values = values.reshape(len(values), -1)
    if values.ndim != 2:
        raise BadInput(f"{what} {file} has shape {values.shape}: give two dimensions, one row per item")
    if not all(values.shape):
        raise BadInput(f"{what} {file} is empty, shape {values.shape}: give at least one row and one column")
    return Matrix(what=what, file=file, values=values, names=names, notes=notes)


def _read_values(
    file: Path, what: str, columns: Sequence[str] | None
) -> tuple[Any, list[str] | None, list[str]]:
    """Read by the content of the file, or by its name where the content tells nothing."""
    head = _first_bytes(file, what)
    suffix = file.suffix.lower()
    for magic, form in _OTHER_FORMS.items():
        if head.startswith(magic):
            raise BadInput(f"{what} {file} is {form}: give a .npy, .npz, .parquet or .arrow file")
    arrow = head.startswith(COLUMNAR) or suffix in (
        ".parquet",
        ".pq",
        ".arrow",
        ".feather",
        ".ipc",
    )
    if head.startswith((NUMPY, ZIP)) or (suffix in (".npy", ".npz") and not arrow):
        if columns is not None:
            raise BadInput(f"{what} {file} has no names of columns: leave --columns out")
        return check_numbers(read_array(file, what), file, what), None, []
    if not arrow:
        raise BadInput(f"{what} {file}: give a .npy, .npz, .parquet or .arrow file")
    from shoal.files.matrix.arrow_matrix import arrow_matrix  # loads pyarrow, which .npy files do not need

    try:
        return arrow_matrix(file, columns, of_classes=what == CLASSES)
    except BadContent as error:
        raise BadInput(f"{what} {file}{error}") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None


def _first_bytes(file: Path, what: str) -> bytes:
    try:
        with file.open("rb") as stream:
            head = stream.read(8)
    except IsADirectoryError:
        raise BadInput(f"{what} {file} is a folder: give a file") from None
    except OSError as error:
        raise BadInput(f"{what} {file} cannot be read: {error.strerror or error}") from None
    if not head:
        raise BadInput(f"{what} {file} is an empty file: write it again")
    return head
