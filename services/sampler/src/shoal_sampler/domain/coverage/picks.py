"""Greedy picks from similarities that are all known: gains are kept up to date by what each pick takes from them.

The t-th pick raises the cover of about one population row in t, as a row is seldom nearer to it than to all picks
before, and only there do other candidates lose: k picks look at some ln k of the table (losses.py), where computing
every gain anew would look at k of it. The next pick is a maximum over n numbers.
"""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.coverage.losses import Losses
from shoal_sampler.domain.coverage.similarities import UNIT, Coverage, Table
from shoal_sampler.domain.pools.equals import Equals
from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.vectors.rows import Floats
from shoal_sampler.domain.vectors.threads import Crew


def pick(pool: Pool, coverage: Coverage, *, table: Table, k: int, threads: Crew) -> Ranking:
    """Return k <= n candidates of `pool` by greedy gain, from the table of their similarities; `coverage` grows."""
    losses = Losses(coverage, table, threads)
    every = np.arange(len(coverage))
    gains = Gains(pool, losses.lost(every, np.full(len(every), UNIT, np.uint16)))
    picks, scores = list[int](), list[float]()
    while len(picks) < k:
        best, gain = gains.take()
        picks.append(best)
        scores.append(gain * losses.unit)
        row = table.of(best)
        nearer = np.flatnonzero(row > coverage.cover)
        gains.values -= losses.lost(nearer, row[nearer])
        coverage.cover[nearer] = row[nearer]
        if len(picks) % 64 == 0 or len(picks) == k:
            pool.report(len(pool) + len(pool) * len(picks) // k, 2 * len(pool))
    return Ranking(np.array(picks, np.int64), np.array(scores, np.float32))


class Gains:
    """values: (n,) what each candidate adds, whole numbers; what is picked has left the race."""

    def __init__(self, pool: Pool, values: npt.NDArray[np.float64]) -> None:
        self.values = values
        self._weights = pool.weights.astype(np.float64)
        self._draws, self._equals = pool.draws, Equals(pool)

    def take(self) -> tuple[int, float]:
        """Return the best candidate and its weighted gain; ties go to the lower draw, then to the lower index."""
        worth = coarse((self.values * self._weights).astype(np.float32))
        tied = np.flatnonzero(worth == worth.max())
        best = self._equals.take(int(tied[np.argmin(self._draws[tied])]))
        gain = float(self.values[best] * self._weights[best])
        self._weights[best], self.values[best] = -1.0, np.inf
        return best, gain


def coarse(gains: Floats) -> Floats:
    """Return gains cut to 15 bits of mantissa: rows that are equal but for rounding have equal gains, nearly always.

    The greedy choice is one of largest gain up to a factor 1 - 2^-15.
    """
    result: Floats = (gains.view(np.uint32) & np.uint32(0xFFFFFF00)).view(np.float32)
    return result
