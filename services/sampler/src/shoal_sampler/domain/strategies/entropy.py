"""Entropy: the model spreads its belief over many classes."""

from shoal_sampler.domain.models.uncertainty import entropy_uncertainty
from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first


def entropy(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of highest entropy times weight. O(n c)."""
    return best_first(entropy_uncertainty(pool.scores) * pool.weights, pool, k)
