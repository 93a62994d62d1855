"""Least confidence: the model does not believe its own best answer."""

import numpy as np

from shoal_sampler.domain.pool import Pool, Ranking, best_first
from shoal_sampler.domain.probabilities import probabilities
from shoal_sampler.domain.vectors import Floats


def least_confidence_uncertainty(scores: Floats) -> Floats:
    """Return 1 - p1 per row of (n, c) scores, in [0, 1); NaN for a row without scores. Lewis and Gale 1994."""
    p, _ = probabilities(scores)
    if p.shape[1] == 0:
        return np.full(len(p), np.nan, np.float32)
    return np.asarray(1.0 - p.max(axis=1), dtype=np.float32)


def least_confidence(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of lowest confidence times weight. O(n c)."""
    return best_first(least_confidence_uncertainty(pool.scores) * pool.weights, pool, k)
