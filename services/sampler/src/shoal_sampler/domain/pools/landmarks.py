"""A population too large to be looked at in full, stood for by some of its rows."""

import numpy as np

from shoal_sampler.domain.pools.pool import Pool
from shoal_sampler.domain.vectors.rows import Indices, Vectors

LANDMARKS = 10_000
"""Fewer would cost less and lose: of 9,100 texts, 1,000 picks by 4,096 landmarks lose 2 % (facility location) to 4 %
(herding) of the objective, 100 picks 1 %."""


def some(rows: int, most: int, seed: int) -> Indices:
    """Return at most `most` of the numbers below `rows`, drawn without replacement, ascending."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def landmarks(pool: Pool, most: int = LANDMARKS) -> Vectors:
    """Return at most `most` rows of what the choice should stand for; where that is all of them, the same array."""
    population = pool.population if len(pool.population) else pool.vectors
    return population if len(population) <= most else population[some(len(population), most, pool.seed)]
