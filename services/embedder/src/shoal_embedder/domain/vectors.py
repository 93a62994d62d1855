"""Vectors as bytes and as arrays."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class BadVector(ValueError):
    """A vector that cannot be compared with others; the text names the fault."""


def checked(data: bytes, dimension: int) -> bytes:
    """Return `data`, little-endian float32, when it holds `dimension` finite numbers, not all zero.

    Raises BadVector.
    """
    if len(data) != 4 * dimension:
        raise BadVector(f"{len(data)} bytes, and {dimension} float32 numbers have {4 * dimension}")
    vector = np.frombuffer(data, dtype="<f4")
    if not np.isfinite(vector).all():
        raise BadVector(f"entry {int(np.argmin(np.isfinite(vector)))} is not a finite number")
    if not vector.any():
        raise BadVector("every entry is zero, so that it has no direction")
    return data


def rows_as_bytes(vectors: Vectors) -> list[bytes]:
    """Return each row of (n, d) as little-endian float32 bytes."""
    return [row.tobytes() for row in np.ascontiguousarray(vectors, dtype="<f4")]
