"""Stratified by predicted class: equally many candidates of each class, until a class runs out."""

import numpy as np

from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.pools.quotas import interleave_classes
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.strategies.uniform import random


def stratified(pool: Pool, k: int) -> Ranking:
    """Return k random candidates, the class with fewest chosen rows first. Score: 1 - draw. O(n log n).

    Rows are counted by `pool.labels` if known. Candidates without scores form their own class.
    """
    return interleave_classes(pool, k, random, np.ones(pool.scores.shape[1] + 1))


STRATIFIED = NamedStrategy(
    name="stratified",
    choose=stratified,
    reason="random draw inside the predicted class",
    purpose="a random choice with equally many rows of each predicted class",
    needs=frozenset({"scores"}),
)
