"""Herding: greedy maximum kernel coverage (MaxHerding, Bae et al. 2024, arXiv 2407.12212)."""

import numpy as np

from shoal_sampler.domain.coverage.greedy import cover_greedily
from shoal_sampler.domain.coverage.similarities import UNIT, Coverage
from shoal_sampler.domain.pools.landmarks import landmark_vectors
from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.kernels import gaussian_kernel, kernel_scale


def herding(pool: Pool, k: int) -> Ranking:
    """Return k candidates that, with the rows already chosen, cover the population best.

    Coverage of a population row z is C(z) = max over chosen c of exp(-||z - c||^2 / 2 s^2), at the
    population's own scale s (kernels.py); a candidate's gain is w(x) x mean over z of max(0, k(z, x) - C(z)).
    The greedy choice of the largest gain is within 1 - 1/e of the best set. Score: the gain.

    LANDMARKS rows, drawn by the pool's seed, represent a larger population. Every mean is then an estimate,
    with an error below sqrt(ln(2 n k / p) / 2 LANDMARKS) with probability 1 - p (Hoeffding), which is .04 at
    n = 50,000 and k = 1,000. Cost and memory: coverage/greedy.py.
    """
    population = landmark_vectors(pool)
    importance = np.full(len(population), 1 / max(1, len(population)), np.float32)
    similarity = gaussian_kernel(population, kernel_scale(population), UNIT)
    return cover_greedily(pool, Coverage(similarity, importance), k)


HERDING = NamedStrategy(
    name="herding",
    choose=herding,
    reason="widest coverage of the window",
    purpose="a first batch: greedy maximum kernel coverage",
    paper="MaxHerding, Bae et al. 2024, arXiv 2407.12212",
)
