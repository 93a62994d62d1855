"""Entropy: the model spreads its belief over many classes."""

from shoal_sampler.domain.pool import Pool, Ranking, best_first
from shoal_sampler.domain.uncertainty import entropy_uncertainty


def entropy(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of highest entropy times weight. O(n c)."""
    return best_first(entropy_uncertainty(pool.scores) * pool.weights, pool, k)
