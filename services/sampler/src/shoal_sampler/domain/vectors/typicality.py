"""How far a row speaks for rows that nobody has seen: by what is nearest to it among those that were."""

import numpy as np

from shoal_sampler.domain.vectors.rows import Floats, Vectors

LEAST = 0.02
COLD, WARM = -0.5, 1.0
"""Powers of typicality by which rows count: without any sign of ambiguity, and where there is nothing else."""
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


def by_typicality(rows: Vectors, ambiguity: float) -> Floats:
    """Return (r,) how much each row counts: typicality to a power between -1/2 (ambiguity 0) and 1 (ambiguity 1).

    Nothing but a row itself covers it better than its typicality, so that rows of dense regions have more coverage to
    give, and a cover in which all rows count alike begins with them: a class whose rows are unlike each other gets few
    labels, and a model takes it for a rare one. Divided by its typicality each row would have as much to give as any
    other, outliers included; -1/2 is halfway. Outliers are also where a model errs most, and where its errors are
    ambiguity, which labels do not cure, that is where they teach it least: there rows count by typicality itself.
    ambiguity: in [0, 1], evidence.py.
    """
    result: Floats = typicality(rows) ** np.float32(COLD + (WARM - COLD) * ambiguity)
    return result
