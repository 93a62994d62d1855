"""What suites of shapes share."""

import numpy as np


def ints(*values: int) -> np.ndarray:
    """Return numbers as an array of int32."""
    return np.array(values, np.int32)
