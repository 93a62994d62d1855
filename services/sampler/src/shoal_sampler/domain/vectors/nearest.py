"""Cosines with the nearest row of another matrix."""

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats, Vectors

_ROWS, _CHOSEN = 16_384, 1024  # of one product: 64 MiB


def nearest_similarity(vectors: Vectors, chosen: Vectors) -> Floats:
    """Return (n,) the largest cosine of each row with a row of `chosen`; -1 where nothing is chosen.

    Cost n x m x d; memory n float32 and 64 MiB.
    """
    nearest = np.full(len(vectors), -1.0, np.float32)
    for first in range(0, len(vectors), _ROWS):
        rows, part = vectors[first : first + _ROWS], nearest[first : first + _ROWS]
        for start in range(0, len(chosen), _CHOSEN):
            np.maximum(part, (rows @ chosen[start : start + _CHOSEN].T).max(axis=1), out=part)
    return nearest
