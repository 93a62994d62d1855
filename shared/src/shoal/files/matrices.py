"""Matrices of numbers in files: .npy, .npz and Parquet; never pickled objects."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.errors import BadContent, BadInput

BLOCK = 65_536  # rows
Report = Callable[[int, int], None]


def _report_nothing(_count: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A matrix of numbers from a file.

    values: (n, d) numbers of any width; a .npy file is mapped into memory. names: names of the columns, if
    the file has them. what: the file's role in messages, such as "embeddings".
    """

    what: str
    file: Path
    values: Any
    names: list[str] | None = None

    def __str__(self) -> str:
        return f"{self.what} {self.file}"

    def __len__(self) -> int:
        return len(self.values)

    def finite(self) -> Any:
        """Return the unconverted values. Raises BadInput for one that is not finite."""
        for start in range(0, len(self), BLOCK):
            self._check(np.isfinite(self.values[start : start + BLOCK]), start)
        return self.values

    def float32(self, report: Report = _report_nothing) -> NDArray[np.float32]:
        """Return a copy, (n, d). Raises BadInput for a value that is not a finite float32 number."""
        out = np.empty(self.values.shape, np.float32)
        for start in range(0, len(self), BLOCK):
            block = out[start : start + BLOCK]
            with np.errstate(over="ignore"):
                block[:] = self.values[start : start + BLOCK]
            self._check(np.isfinite(block), start)
            report(min(start + BLOCK, len(self)), len(self))
        return out

    def _check(self, finite: NDArray[np.bool_], start: int) -> None:
        bad = np.argwhere(~finite)
        if len(bad):
            row, column = int(bad[0][0]) + start, int(bad[0][1])
            value = self.values[row, column]
            raise BadInput(f"{self}, row {row}, column {column} is {value}: give finite float32 numbers")


def read_matrix(file: Path, what: str) -> Matrix:
    """Return the (n, d) numbers of a file, n and d above 0. Raises BadInput.

    what: the file's role in messages. A .npz file must hold one array, or one named `what`; a Parquet file
    one column of lists of equal length, or columns of numbers.
    """
    values, names = _read_values(file, what)
    if values.ndim != 2:
        raise BadInput(f"{what} {file} has shape {values.shape}: give two dimensions, one row per item")
    if not all(values.shape):
        raise BadInput(f"{what} {file} is empty, shape {values.shape}: give at least one row and one column")
    return Matrix(what=what, file=file, values=values, names=names)


def read_array(file: Path, what: str) -> Any:
    """Return the array of a .npy or .npz file, of any shape, with plain values such as numbers or text.

    Raises BadInput.
    """
    try:
        stored = np.load(file, mmap_mode="r", allow_pickle=False)
        return stored if isinstance(stored, np.ndarray) else _only_array(stored, file, what)
    except BadInput:
        raise
    except OSError as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
    except (
        ValueError,
        EOFError,
        KeyError,
        zipfile.BadZipFile,
    ):  # numpy's text recommends loading it unsafely
        raise BadInput(
            f"{what} {file} cannot be read: it is not a {file.suffix} file of plain values; save it with numpy.save"
        ) from None


def read_vector(file: Path, what: str) -> NDArray[Any]:
    """Return the (n,) numbers of a .npy or .npz file. Raises BadInput."""
    array = _check_numbers(read_array(file, what), file, what)
    if array.ndim != 1:
        raise BadInput(f"{what} {file} has shape {array.shape}: give one dimension")
    return np.asarray(array)


def _read_values(file: Path, what: str) -> tuple[Any, list[str] | None]:
    suffix = file.suffix.lower()
    if suffix in (".npy", ".npz"):
        return _check_numbers(read_array(file, what), file, what), None
    if suffix != ".parquet":
        raise BadInput(f"{what} {file}: give a .npy, .npz or .parquet file")
    from shoal.files.parquet_matrix import parquet_matrix  # loads pyarrow, which .npy files do not need

    try:
        return parquet_matrix(file)
    except BadContent as error:
        raise BadInput(f"{what} {file}{error}") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{what} {file} cannot be read: {error}") from None


def _only_array(stored: Any, file: Path, what: str) -> Any:
    with stored:
        names = stored.files
        if len(names) != 1 and what not in names:
            raise BadInput(
                f"{what} {file} holds {', '.join(names) or 'no array'}: save one array, or name one {what}"
            )
        return stored[names[0] if len(names) == 1 else what]


def _check_numbers(array: Any, file: Path, what: str) -> Any:
    if array.dtype.kind not in "fiu":
        raise BadInput(f"{what} {file} holds {array.dtype}, not numbers: save floats")
    return array
