"""Margin: the model is undecided between two classes."""

from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first
from shoal_sampler.domain.strategies.named import NamedStrategy


def margin(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of smallest margin times weight. O(n c)."""
    return best_first(margin_uncertainty(pool.scores) * pool.weights, pool, k)


MARGIN = NamedStrategy(
    name="margin",
    choose=margin,
    reason="smallest margins of the window",
    purpose="few classes, many labels, a model that is already good",
    needs=frozenset({"scores"}),
    measure=True,
)
