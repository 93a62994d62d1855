"""Arrays of .npy and .npz files; never a pickled object."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.errors import BadInput


def read_array(file: Path, what: str) -> Any:
    """Return the array of a .npy or .npz file, of any shape, with plain values such as numbers or text.

    what: the file's role in messages. A .npz file must hold one array, or one named `what`, or one matrix
    beside vectors. Raises BadInput.
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
    array = check_numbers(read_array(file, what), file, what)
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise BadInput(f"{what} {file} has shape {array.shape}: give one dimension")
    return np.asarray(array)


def check_numbers(array: Any, file: Path, what: str) -> Any:
    """Return `array`. Raises BadInput unless it holds integers or floats."""
    if array.dtype.kind not in "fiu":
        if array.dtype.kind == "b" and array.ndim == 1:
            raise BadInput(
                f"{what} {file} holds bool: save the numbers of the rows, numpy.flatnonzero(array)"
            )
        kind = "bfloat16 or bytes" if array.dtype.str == "|V2" else array.dtype
        raise BadInput(
            f"{what} {file} holds {kind}, not numbers: save floats, for example array.astype('float32')"
        )
    return array


def _only_array(stored: Any, file: Path, what: str) -> Any:
    with stored:
        names = stored.files
        if len(names) == 1:
            return stored[names[0]]
        if what in names:
            return stored[what]
        arrays = {name: stored[name] for name in names}
    square = [name for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "fiu"]
    if len(square) == 1:
        return arrays[square[0]]
    raise BadInput(
        f"{what} {file} holds {', '.join(names) or 'no array'}: save one array, or name one {what}"
    )
