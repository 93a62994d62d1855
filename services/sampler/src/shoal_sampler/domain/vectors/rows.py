"""Types of the arrays that selection works on."""

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]  # (n, d), rows of length 1 unless a docstring says otherwise
Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


def no_vectors(dimension: int) -> Vectors:
    """Return an array without rows, (0, `dimension`)."""
    return np.empty((0, dimension), dtype=np.float32)
