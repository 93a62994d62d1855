"""Stratified by predicted class: as many of each, as far as there are."""

import numpy as np

from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.pools.quotas import interleaved
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.strategies.uniform import random


def stratified(pool: Pool, k: int) -> Ranking:
    """Return k random candidates, the class with fewest chosen rows first. Score: 1 - draw. O(n log n).

    Rows are counted by `pool.labels` where known. Candidates without scores are a class of their own.
    """
    return interleaved(pool, k, random, np.ones(pool.scores.shape[1] + 1))


STRATIFIED = NamedStrategy(
    name="stratified",
    choose=stratified,
    reason="random draw inside the predicted class",
    purpose="a random choice with equally many rows of each predicted class",
    needs=frozenset({"scores"}),
)
