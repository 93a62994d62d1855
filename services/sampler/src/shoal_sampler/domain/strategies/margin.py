"""Margin: the model hesitates between two classes."""

from shoal_sampler.domain.pool import Pool, Ranking, best_first
from shoal_sampler.domain.uncertainty import margin_uncertainty


def margin(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of smallest margin times weight. O(n c)."""
    return best_first(margin_uncertainty(pool.scores) * pool.weights, pool, k)
