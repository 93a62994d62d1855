"""Check of matrices whose rows are probabilities of classes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import BLOCK, shown_rows

ROUNDING = 1e-2
"""How far a row may be from a sum of 1: bfloat16 rounds by up to 0.4 %, float16 adds 0.005 in 100 classes."""


def check_probabilities(values: Any, what: str) -> None:
    """Raise BadInput unless the numbers of every row are 0 or more and add up to 1, apart from rounding.

    values: (n, c) finite numbers. what: the matrix in messages. The message names all rows that fail, and how
    to mend what they seem to be.
    """
    if values.shape[1] == 1:
        raise BadInput(
            f"{what} has one column: give one column for each class, for example (1 - p, p) for two classes"
        )
    bad = []
    for start in range(0, len(values), BLOCK):
        part = np.asarray(values[start : start + BLOCK])
        sums = part.sum(axis=1, dtype=np.float64)
        bad.append(start + np.flatnonzero((part < 0).any(axis=1) | (np.abs(sums - 1) > ROUNDING)))
    rows = np.concatenate(bad)
    if len(rows):
        raise BadInput(f"{what}, {_faults_of(values, rows)}")


def _faults_of(values: Any, rows: NDArray[np.int64]) -> str:
    first = np.asarray(values[rows[0]], np.float64)
    fault = f"adds up to {first.sum():.4g}, not to 1" if (first >= 0).all() else f"has {first.min():.4g}"
    more = f" ({len(rows):,} rows are like it: {shown_rows(rows)})" if len(rows) > 1 else ""
    return f"row {rows[0]} {fault}{more}: {_way_to_mend(values, rows)}"


def _way_to_mend(values: Any, rows: NDArray[np.int64]) -> str:
    part = np.asarray(values[rows[:BLOCK]], np.float64)
    if (part < 0).any():
        return "apply a softmax to logits; probabilities are 0 or more"
    if np.allclose(part.sum(axis=1), 100, atol=100 * ROUNDING):
        return "divide percentages by 100"
    if (part <= 1).all():
        return "give probabilities of exclusive classes; for several classes an item, save one matrix a class"
    return "apply a softmax"
