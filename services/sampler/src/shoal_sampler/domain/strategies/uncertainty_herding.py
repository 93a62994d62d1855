"""Uncertainty herding: coverage of what the model is unsure of (Bae et al. 2024, arXiv 2412.20644)."""

import numpy as np

from shoal_sampler.domain.coverage.greedy import greedy
from shoal_sampler.domain.coverage.similarities import UNIT, Coverage
from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.landmarks import LANDMARKS, some
from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.kernels import gaussian_with, kernel_scale
from shoal_sampler.domain.vectors.rows import Floats


def uncertainty_herding(pool: Pool, k: int) -> Ranking:
    """Return k candidates that cover the uncertain part of the pool best together with what is already chosen.

    The gain of x is w(x) x sum over z of u(z) max(0, k(z, x) - C(z)), with u the uncertainty 1 - (p1 - p2) of the
    candidates themselves, normalised to sum 1, and kernel, cover C and bounds as in herding. With u constant it is
    herding; with a narrow kernel it is margin sampling. Candidates without scores count as unsure as the mean.
    """
    return cover_uncertain(pool, k, filled(margin_uncertainty(pool.scores)))


UNCERTAINTY_HERDING = NamedStrategy(
    name="uncertainty_herding",
    choose=uncertainty_herding,
    reason="widest coverage of what the model is unsure of in the window",
    purpose="coverage weighted by uncertainty",
    paper="Bae et al. 2024, arXiv 2412.20644",
    needs=frozenset({"scores"}),
)


def cover_uncertain(pool: Pool, k: int, uncertainty: Floats) -> Ranking:
    """Return k candidates that cover the rows of the pool by `uncertainty` (n,)."""
    rows = some(len(pool), LANDMARKS, pool.seed)
    population = pool.vectors if len(rows) == len(pool) else pool.vectors[rows]
    importance = uncertainty[rows]
    importance = (importance / max(float(importance.sum()), 1e-12)).astype(np.float32)
    similarity = gaussian_with(population, kernel_scale(population), UNIT)
    return greedy(pool, Coverage(similarity, importance), k)


def filled(uncertainty: Floats) -> Floats:
    """Return `uncertainty` with the mean where it is NaN; 1 where nothing is known at all."""
    known = np.isfinite(uncertainty)
    mean = float(uncertainty[known].mean()) if known.any() else 1.0
    return np.where(known, uncertainty, np.float32(mean)).astype(np.float32)
