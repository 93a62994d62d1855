"""Vectors as little-endian float32 bytes: the only module that reads, checks and writes them."""

import base64
import binascii
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]  # (n, d), or (d,) for one
MOST = 65_536  # numbers in a vector
_ZERO = "every entry is zero, so it has no direction"


class BadVector(ValueError):
    """A vector that cannot be compared with others; the text names the fault."""


def read_vector(data: bytes, dimension: int) -> Vectors:
    """Return the (dimension,) vector in `data`, without a copy.

    Raises BadVector for a wrong length, a number that is not finite, and a vector of zeros.
    """
    vector = _check_finite(_read_numbers(data, dimension))
    if not vector.any():
        raise BadVector(_ZERO)
    return vector


def unit_vector(data: bytes, dimension: int) -> Vectors:
    """Return the (dimension,) vector in `data`, scaled to length 1. Raises BadVector like `read_vector`."""
    vector = _check_finite(_read_numbers(data, dimension)).astype(np.float64)  # a length may overflow float32
    length = np.linalg.norm(vector)
    if length == 0.0:
        raise BadVector(_ZERO)
    return (vector / length).astype(np.float32)


def vector_bytes(value: Sequence[float] | str | bytes) -> bytes:
    """Return the bytes of a client's vector: a list of numbers, base64 text, or bytes.

    Raises BadVector like `read_vector`, and unless there are 1 to `MOST` numbers.
    """
    data = _pack_numbers(value) if not isinstance(value, str | bytes) else _decode_base64(value)
    if not 1 <= len(data) // 4 <= MOST:
        raise BadVector(f"{len(data) // 4} numbers; send 1 to {MOST}")
    read_vector(data, len(data) // 4)
    return data


def to_bytes(vector: npt.ArrayLike) -> bytes:
    """Return one vector as bytes, unchecked."""
    return np.asarray(vector, dtype="<f4").tobytes()


def rows_to_bytes(vectors: Vectors) -> list[bytes]:
    """Return each row of (n, d) as bytes, unchecked."""
    return [row.tobytes() for row in np.ascontiguousarray(vectors, dtype="<f4")]


def _read_numbers(data: bytes, dimension: int) -> Vectors:
    if len(data) != 4 * dimension:
        raise BadVector(f"{len(data)} bytes, but {dimension} float32 numbers have {4 * dimension}")
    return np.frombuffer(data, dtype="<f4")


def _check_finite(vector: Vectors) -> Vectors:
    finite = np.isfinite(vector)
    if not finite.all():
        raise BadVector(f"entry {int(np.argmin(finite))} is not a finite float32 number")
    return vector


def _decode_base64(value: str | bytes) -> bytes:
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) else value
    except (binascii.Error, ValueError) as error:  # ValueError: text that is not ASCII
        raise BadVector(f"not base64: {error}") from error
    if len(data) % 4:
        raise BadVector(f"{len(data)} bytes are not whole float32 numbers")
    return data


def _pack_numbers(value: Sequence[float]) -> bytes:
    if not isinstance(value, list | tuple):
        raise BadVector("neither a list of numbers nor base64 of float32 bytes")
    for index, number in enumerate(value):
        if type(number) is not float and type(number) is not int:
            raise BadVector(f"entry {index} is not a number")
    try:
        with np.errstate(over="ignore"):  # an overflow becomes infinite, which `read_vector` rejects
            return to_bytes(value)
    except OverflowError as error:  # an integer too large for a float
        raise BadVector("an entry is not a finite float32 number") from error
