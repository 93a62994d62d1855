"""Random: every candidate has the same chance."""

from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first
from shoal_sampler.domain.strategies.named import NamedStrategy


def random(pool: Pool, k: int) -> Ranking:
    """Return k candidates by their own draws, so that replicas and replays agree.

    Score: 1 - draw. O(n log n).
    """
    return best_first(1.0 - pool.draws, pool, k)


RANDOM = NamedStrategy(
    name="random",
    choose=random,
    reason="random draw",
    purpose="the baseline, and the only choice whose labels may be averaged without weights",
)
