"""Least confidence: the model does not believe its own best answer."""

from shoal_sampler.domain.pool import Pool, Ranking, best_first
from shoal_sampler.domain.uncertainty import least_confidence_uncertainty


def least_confidence(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of lowest confidence times weight. O(n c)."""
    return best_first(least_confidence_uncertainty(pool.scores) * pool.weights, pool, k)
