"""Density-weighted uncertainty: unsure rows that are similar to many others (Settles and Craven 2008)."""

import numpy as np

from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.landmarks import landmark_vectors
from shoal_sampler.domain.pools.pool import Pool, Ranking, best_first
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.kernels import gaussian_kernel, kernel_scale
from shoal_sampler.domain.vectors.rows import Floats

_BLOCK_VALUES = 1 << 22


def population_density(pool: Pool) -> Floats:
    """Return (n,) each candidate's mean similarity to the population, by the kernel of herding."""
    population = landmark_vectors(pool)
    similarity = gaussian_kernel(population, kernel_scale(population))
    block = max(1, _BLOCK_VALUES // max(1, len(population)))
    out = np.empty(len(pool), np.float32)
    for start in range(0, len(pool), block):
        out[start : start + block] = similarity(pool.vectors[start : start + block]).mean(axis=1)
        pool.report(min(start + block, len(pool)), len(pool))
    return out


def density_weighted(pool: Pool, k: int) -> Ranking:
    """Return the k candidates of largest (1 - margin) x density x weight. Cost: n r d, r landmarks."""
    uncertainty = margin_uncertainty(pool.scores)
    return best_first(uncertainty * population_density(pool) * pool.weights, pool, k)


DENSITY = NamedStrategy(
    name="density",
    choose=density_weighted,
    reason="unsure and typical of the window",
    purpose="unsure and typical rows: a cheap guard against outliers",
    paper="Settles and Craven 2008",
    needs=frozenset({"scores"}),
)
