"""Typicality: how well a row represents unseen rows, measured by its cosine with its nearest neighbour."""

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats, Vectors

LEAST = 0.02
COLD, WARM = -0.5, 1.0
"""Exponents of typicality: without any sign of ambiguity, and when all errors count as ambiguity."""
_BLOCK = 1024


def row_typicality(rows: Vectors) -> Floats:
    """Return (r,) the cosine of each row with its nearest other row, at least LEAST.

    A row z of a sample represents unseen rows z' that are as near to it as its nearest neighbour: z' = t z +
    an independent part, where t is the typicality of z. A chosen row x with cosine s to z has an expected
    cosine of t s to z', so what x adds to the coverage of z' is t times what it adds to that of z. Outliers
    represent little else; where classes overlap or labels are wrong, a model is least sure of them and learns
    least from them. Cost: r^2 d multiplications. Memory: 1024 x r float32.
    """
    nearest = np.full(len(rows), LEAST, np.float32)
    for start in range(0, len(rows), _BLOCK):
        cosines = rows[start : start + _BLOCK] @ rows.T
        cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -1.0
        part = nearest[start : start + _BLOCK]
        np.maximum(part, cosines.max(axis=1), out=part)
    return np.minimum(nearest, np.float32(1))


def typicality_weights(rows: Vectors, ambiguity: float) -> Floats:
    """Return (r,) weights: typicality to a power from -1/2 (ambiguity 0) to 1 (ambiguity 1).

    Only the row itself covers a row better than its typicality, so rows of dense regions have more coverage
    to give. If all rows counted alike, the cover would begin with them; a class whose rows are unlike each
    other would get few labels, and a model would take it for a rare one. Divided by its typicality, each row
    would have as much to give as any other, outliers included; -1/2 is halfway. Outliers are also where a
    model makes the most errors. Where its errors come from ambiguity, which labels do not cure, outliers
    teach it least: there rows count by typicality itself. ambiguity: in [0, 1], see evidence.py.
    """
    result: Floats = row_typicality(rows) ** np.float32(COLD + (WARM - COLD) * ambiguity)
    return result
