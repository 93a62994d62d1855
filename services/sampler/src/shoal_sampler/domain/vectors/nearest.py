"""Cosines with the nearest row of another matrix."""

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats, Vectors

_ROWS, _OTHERS = 16_384, 1024  # rows and columns of one matrix product: 64 MiB


def nearest_similarity(vectors: Vectors, others: Vectors) -> Floats:
    """Return (n,) the largest cosine of each row with a row of `others`; -1 if there are no others.

    Cost: n x m x d. Memory: n float32 and 64 MiB.
    """
    nearest = np.full(len(vectors), -1.0, np.float32)
    for first in range(0, len(vectors), _ROWS):
        rows, part = vectors[first : first + _ROWS], nearest[first : first + _ROWS]
        for start in range(0, len(others), _OTHERS):
            np.maximum(part, (rows @ others[start : start + _OTHERS].T).max(axis=1), out=part)
    return nearest
