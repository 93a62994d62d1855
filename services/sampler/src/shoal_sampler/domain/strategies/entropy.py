"""Entropy: the model's probabilities are spread over many classes."""

from shoal_sampler.domain.models.uncertainty import entropy_uncertainty
from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first
from shoal_sampler.domain.strategies.named import NamedStrategy


def entropy(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of highest entropy times weight. O(n c)."""
    return best_first(entropy_uncertainty(pool.scores) * pool.weights, pool, k)


ENTROPY = NamedStrategy(
    name="entropy",
    choose=entropy,
    reason="highest entropies of the window",
    purpose="like margin, but prefers rows between many classes",
    needs=frozenset({"scores"}),
    measure=True,
)
