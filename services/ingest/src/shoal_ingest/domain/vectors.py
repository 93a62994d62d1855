"""Vectors as producers send them."""

import base64
import binascii
from collections.abc import Sequence

import numpy as np

MOST = 65_536  # numbers


class BadVector(ValueError):
    """A vector that can never be compared with another; the text says what is wrong with it."""


def vector_bytes(value: Sequence[float] | str | bytes) -> bytes:
    """Return a vector as little-endian float32 bytes.

    Takes numbers, or such bytes, in base64 when they are text. Raises BadVector for anything that is not one
    row of finite numbers with a direction: NaN, infinity, nothing, only zeros.
    """
    if isinstance(value, str | bytes):
        raw = _from_base64(value) if isinstance(value, str) else value
        if len(raw) % 4:
            raise BadVector(f"{len(raw)} bytes are not whole float32 numbers")
        vector = np.frombuffer(raw, dtype="<f4")
    else:
        vector = _from_numbers(value)
    _check(vector)
    return vector.tobytes()


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadVector(f"not base64: {error}") from error


def _from_numbers(value: Sequence[float]) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    if not isinstance(value, list | tuple):
        raise BadVector("not a list of numbers, nor base64 of float32 bytes")
    for index, number in enumerate(value):
        if type(number) is not float and type(number) is not int:
            raise BadVector(f"entry {index} is not a number")
    with np.errstate(over="ignore"):
        return np.asarray(value, dtype="<f4")


def _check(vector: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> None:
    if not 1 <= len(vector) <= MOST:
        raise BadVector(f"{len(vector)} numbers; 1 to {MOST} are possible")
    finite = np.isfinite(vector)
    if not finite.all():
        raise BadVector(f"entry {int(np.argmin(finite))} is not a finite float32 number")
    if not vector.any():
        raise BadVector("every entry is zero, so that it has no direction")
