"""What suites of shapes share."""

import numpy as np

EVEN = np.ones(3)
"""The same weight for each of three annotators."""


def ints(*values: int) -> np.ndarray:
    """Return numbers as an array of int32."""
    return np.array(values, np.int32)
