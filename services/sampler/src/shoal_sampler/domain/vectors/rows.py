"""Vectors as arrays: little-endian float32 bytes in, unit rows out."""

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]  # (n, d), rows of length 1 unless a docstring says otherwise
Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


class BadVector(ValueError):
    """A vector that cannot be compared with any other; the text names the fault and the fix."""


def unit_vector(data: bytes, dimension: int) -> Vectors:
    """Return the (d,) unit vector in `data`, 4 x `dimension` bytes of little-endian float32.

    Raises BadVector for a wrong length, a value that is not finite, or a vector of length zero.
    """
    if len(data) != 4 * dimension:
        raise BadVector(f"has {len(data)} bytes, not 4 x {dimension}: send little-endian float32")
    vector = np.frombuffer(data, dtype="<f4").astype(np.float32)
    if not np.isfinite(vector).all():
        raise BadVector(f"value {int(np.argmin(np.isfinite(vector)))} is not finite: send finite numbers")
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if length == 0.0:
        raise BadVector("has length zero, so that it points nowhere: send a vector that is not all zeros")
    return (vector / length).astype(np.float32)


def to_bytes(vector: npt.ArrayLike) -> bytes:
    """Return `vector` as little-endian float32 bytes."""
    return np.asarray(vector, dtype="<f4").tobytes()


def empty(dimension: int) -> Vectors:
    """Return no vectors of `dimension`."""
    return np.empty((0, dimension), dtype=np.float32)
