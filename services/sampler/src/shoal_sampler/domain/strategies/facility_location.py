"""Facility location: every row of the population has something like it among the chosen."""

from dataclasses import replace

import numpy as np

from shoal_sampler.domain.coverage.greedy import greedy
from shoal_sampler.domain.coverage.similarities import UNIT, Coverage, View, as_they_are
from shoal_sampler.domain.pools.landmarks import LANDMARKS, landmarks, some
from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.kernels import cosine_with
from shoal_sampler.domain.vectors.rows import Floats


def facility_location(pool: Pool, k: int) -> Ranking:
    """Return k candidates of largest sum over z of max over chosen c of max(0, cos(z, c)), greedily.

    Within 1 - 1/e of the best set; a population above LANDMARKS rows is stood for by that many. Score: the weighted
    gain. Cost and memory: coverage/greedy.py. Source: Nemhauser, Wolsey and Fisher, Mathematical Programming 14 (1978).
    """
    population = landmarks(pool)
    importance = np.full(len(population), 1 / max(1, len(population)), np.float32)
    return greedy(pool, Coverage(cosine_with(population, UNIT), importance), k)


FACILITY_LOCATION = NamedStrategy(
    name="facility_location",
    choose=facility_location,
    reason="widest coverage of the window",
    purpose="a first batch: every row has a similar one among the picks",
    paper="Nemhauser, Wolsey and Fisher 1978",
)


def weighted_location(pool: Pool, k: int, importance: Floats, view: View = as_they_are) -> Ranking:
    """Return k candidates as facility_location does, of the candidates' own rows and by their `importance` (n,).

    view: how candidates are seen (similarities.py); what is chosen is given as it is seen.
    """
    rows = some(len(pool), LANDMARKS, pool.seed)
    if len(rows) == len(pool):
        pool, view = (
            replace(pool, vectors=view(pool)),
            as_they_are,
        )  # once, for both sides of the similarities
        population = pool.vectors
    else:
        population = view(pool[rows])
    share = importance[rows] / max(float(importance[rows].sum()), 1e-12)
    return greedy(pool, Coverage(cosine_with(population, UNIT), share.astype(np.float32), view), k)
