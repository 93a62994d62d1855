"""Facility location: every row of the population has a similar one among the chosen rows."""

from dataclasses import replace

import numpy as np

from shoal_sampler.domain.coverage.greedy import cover_greedily
from shoal_sampler.domain.coverage.similarities import UNIT, Coverage, View, candidate_vectors
from shoal_sampler.domain.pools.landmarks import LANDMARKS, landmark_vectors, sample_rows
from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.kernels import cosine_kernel
from shoal_sampler.domain.vectors.rows import Floats


def facility_location(pool: Pool, k: int) -> Ranking:
    """Return k candidates of largest sum over z of max over chosen c of max(0, cos(z, c)), greedily.

    Within 1 - 1/e of the best set; LANDMARKS rows represent a larger population. Score: the weighted gain.
    Cost and memory: coverage/greedy.py. Source: Nemhauser, Wolsey and Fisher, Mathematical Programming 14
    (1978).
    """
    population = landmark_vectors(pool)
    importance = np.full(len(population), 1 / max(1, len(population)), np.float32)
    return cover_greedily(pool, Coverage(cosine_kernel(population, UNIT), importance), k)


FACILITY_LOCATION = NamedStrategy(
    name="facility_location",
    choose=facility_location,
    reason="widest coverage of the window",
    purpose="a first batch: every row has a similar one among the picks",
    paper="Nemhauser, Wolsey and Fisher 1978",
)


def weighted_location(pool: Pool, k: int, importance: Floats, view: View = candidate_vectors) -> Ranking:
    """Return k candidates as facility_location does; the candidates are the population, by `importance` (n,).

    view: maps candidates to the vectors that are compared (similarities.py); chosen vectors are already
    mapped.
    """
    rows = sample_rows(len(pool), LANDMARKS, pool.seed)
    if len(rows) == len(pool):
        pool, view = (
            replace(pool, vectors=view(pool)),
            candidate_vectors,
        )  # once, for both sides of the similarities
        population = pool.vectors
    else:
        population = view(pool[rows])
    share = importance[rows] / max(float(importance[rows].sum()), 1e-12)
    return cover_greedily(pool, Coverage(cosine_kernel(population, UNIT), share.astype(np.float32), view), k)
