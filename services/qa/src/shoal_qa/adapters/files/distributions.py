"""Check of matrices whose rows are distributions over classes."""

import numpy as np

from shoal.files.errors import BadInput
from shoal.files.matrices import BLOCK, Matrix
from shoal_qa.domain.votes.arrays import Floats

SUM_TOLERANCE = 1e-3


def check_distributions(matrix: Matrix) -> None:
    """Raise BadInput unless the numbers of every row are 0 or more and add up to 1."""
    for start in range(0, len(matrix), BLOCK):
        part: Floats = np.asarray(matrix.values[start : start + BLOCK], np.float64)
        sums = part.sum(axis=1)
        bad = np.flatnonzero((part < 0).any(axis=1) | (np.abs(sums - 1) > SUM_TOLERANCE))
        if len(bad):
            row = f"{matrix}, row {start + int(bad[0])}"
            raise BadInput(f"{row}: give numbers of 0 or more that add up to 1, not {sums[bad[0]]:.4g}")
