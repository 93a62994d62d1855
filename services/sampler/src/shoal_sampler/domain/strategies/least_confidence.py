"""Least confidence: the model's best answer has a low probability."""

from shoal_sampler.domain.models.uncertainty import least_confidence_uncertainty
from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first
from shoal_sampler.domain.strategies.named import NamedStrategy


def least_confidence(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of lowest confidence times weight. O(n c)."""
    return best_first(least_confidence_uncertainty(pool.scores) * pool.weights, pool, k)


LEAST_CONFIDENCE = NamedStrategy(
    name="least_confidence",
    choose=least_confidence,
    reason="lowest confidences of the window",
    purpose="like margin, but uses only the most likely class",
    needs=frozenset({"scores"}),
    measure=True,
)
