"""How far a row speaks for rows that nobody has seen: by what is nearest to it among those that were."""

import numpy as np

from shoal_sampler.domain.vectors import Floats, Vectors

LEAST = 0.02
_BLOCK = 1024


def typicality(rows: Vectors) -> Floats:
    """Return (r,) the cosine of each row with the nearest other row, LEAST at least.

    A row z of a sample stands for unseen rows z' as near to it as its nearest neighbour is: z' = t z + something of
    its own, with t the typicality of z. A chosen row x of cosine s with z has cosine t s with z' in expectation, and so
    what x adds to the coverage of z' is t times what it adds to that of z. Outliers say little about anything else;
    where classes overlap or labels are wrong, they are what a model is least sure of, and learns least from.
    Cost: r^2 d multiplications; memory: 1024 x r float32.
    """
    nearest = np.full(len(rows), LEAST, np.float32)
    for start in range(0, len(rows), _BLOCK):
        cosines = rows[start : start + _BLOCK] @ rows.T
        cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -1.0
        part = nearest[start : start + _BLOCK]
        np.maximum(part, cosines.max(axis=1), out=part)
    return np.minimum(nearest, np.float32(1))
