"""Landmarks: rows that represent a population too large to compare in full."""

import numpy as np

from shoal_sampler.domain.pools.pool import Pool
from shoal_sampler.domain.vectors.rows import Indices, Vectors

LANDMARKS = 10_000
"""Fewer landmarks cost less and lose quality: of 9,100 texts, 1,000 picks with 4,096 landmarks lose 2 %
(facility location) to 4 % (herding) of the objective, 100 picks 1 %.
"""


def sample_rows(rows: int, most: int, seed: int) -> Indices:
    """Return at most `most` of the numbers below `rows`, drawn without replacement, ascending."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def landmark_vectors(pool: Pool, most: int = LANDMARKS) -> Vectors:
    """Return at most `most` rows of the population to cover; a smaller population is returned as it is."""
    population = pool.population if len(pool.population) else pool.vectors
    return (
        population if len(population) <= most else population[sample_rows(len(population), most, pool.seed)]
    )
