"""Margin: the model hesitates between two classes."""

from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first


def margin(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of smallest margin times weight. O(n c)."""
    return best_first(margin_uncertainty(pool.scores) * pool.weights, pool, k)
