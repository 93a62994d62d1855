"""Uncertainty herding: coverage of what the model is unsure of (Bae et al. 2024, arXiv 2412.20644)."""

import numpy as np

from shoal_sampler.domain.coverage.greedy import cover_greedily
from shoal_sampler.domain.coverage.similarities import UNIT, Coverage
from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.landmarks import LANDMARKS, sample_rows
from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.kernels import gaussian_kernel, kernel_scale
from shoal_sampler.domain.vectors.rows import Floats


def uncertainty_herding(pool: Pool, k: int) -> Ranking:
    """Return k candidates that, with the rows already chosen, cover the uncertain part of the pool best.

    The gain of x is w(x) x sum over z of u(z) max(0, k(z, x) - C(z)), with u the uncertainty 1 - (p1 - p2) of
    the candidates, normalised to sum 1, and kernel, cover C and bounds as in herding. With u constant it is
    herding; with a narrow kernel it is margin sampling. Candidates without scores get the mean uncertainty.
    """
    return cover_uncertain(pool, k, fill_unknown(margin_uncertainty(pool.scores)))


UNCERTAINTY_HERDING = NamedStrategy(
    name="uncertainty_herding",
    choose=uncertainty_herding,
    reason="widest coverage of what the model is unsure of in the window",
    purpose="coverage weighted by uncertainty",
    paper="Bae et al. 2024, arXiv 2412.20644",
    needs=frozenset({"scores"}),
)


def cover_uncertain(pool: Pool, k: int, uncertainty: Floats) -> Ranking:
    """Return k candidates that cover the rows of the pool, weighted by `uncertainty` (n,)."""
    rows = sample_rows(len(pool), LANDMARKS, pool.seed)
    population = pool.vectors if len(rows) == len(pool) else pool.vectors[rows]
    importance = uncertainty[rows]
    importance = (importance / max(float(importance.sum()), 1e-12)).astype(np.float32)
    similarity = gaussian_kernel(population, kernel_scale(population), UNIT)
    return cover_greedily(pool, Coverage(similarity, importance), k)


def fill_unknown(uncertainty: Floats) -> Floats:
    """Return `uncertainty` with NaN replaced by the mean; 1 if all are NaN."""
    finite = np.isfinite(uncertainty)
    mean = float(uncertainty[finite].mean()) if finite.any() else 1.0
    return np.where(finite, uncertainty, np.float32(mean)).astype(np.float32)
