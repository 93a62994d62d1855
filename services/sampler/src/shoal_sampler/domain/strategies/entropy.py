"""Entropy: the model spreads its belief over many classes."""

import numpy as np

from shoal_sampler.domain.pool import Pool, Ranking, best_first
from shoal_sampler.domain.probabilities import probabilities
from shoal_sampler.domain.vectors import Floats


def entropy_uncertainty(scores: Floats) -> Floats:
    """Return -sum p ln p per row of (n, c) scores, in nats; NaN for a row without scores.

    The rest counts as one further class, so that partial scores give a lower bound. Shannon 1948.
    """
    p, rest = probabilities(scores)
    full = np.column_stack([p, rest])
    logs = np.log(full, where=full > 0, out=np.zeros_like(full))
    return np.asarray(-(full * logs).sum(axis=1), dtype=np.float32)


def entropy(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of highest entropy times weight. O(n c)."""
    return best_first(entropy_uncertainty(pool.scores) * pool.weights, pool, k)
