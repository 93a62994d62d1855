"""Rows that look alike and are judged alike: what a model makes of rows, as further columns of their vectors."""

import numpy as np

from shoal_sampler.domain.models.probabilities import probabilities
from shoal_sampler.domain.vectors.kernels import kernel_scale
from shoal_sampler.domain.vectors.rows import Floats, Vectors


def joined(vectors: Vectors, scores: Floats, weight: float) -> Vectors:
    """Return (n, d + c + 1) unit rows [x, sqrt(weight p)] / sqrt(1 + weight), p a row's (c + 1) class probabilities.

    The cosine of two such rows is (x.z + weight B) / (1 + weight), where B = sum over classes of sqrt(p(x) p(z)), in
    [0, 1], says how far a model takes both for the same (Bhattacharyya 1943). vectors: (n, d) unit rows; scores:
    (n, c) as in probabilities.py, the last column of p is what belongs to no named class. Rows without
    scores count as torn between all columns.
    """
    p, rest = probabilities(scores)
    p = np.column_stack([p, rest])
    p[np.isnan(p).any(axis=1)] = 1 / p.shape[1]
    parts = np.column_stack([vectors, np.sqrt(np.float32(weight) * p)])
    result: Vectors = parts.astype(np.float32, copy=False) / np.sqrt(np.float32(1 + weight))
    return result


def typical(population: Vectors, skill: float) -> float:
    """Return the weight for `joined`: skill x the median squared distance of two rows of the population.

    To the squared distance of a pair a perfect model (skill 1) then adds twice the typical one where it is sure that
    the classes differ (B = 0), and as much as the typical one where it half is (B = 1/2): looks and opinions count
    alike, whatever the spread of the embedding. The opinions of a model that only guesses (skill 0) do not count.
    """
    return 4.0 * kernel_scale(population) * skill
