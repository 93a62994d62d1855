"""Greedy picks from a table of all similarities; each pick updates the gains of the other candidates.

The t-th pick raises the cover of about one population row in t, because a row is rarely nearer to it than to
every earlier pick. Only there do other candidates lose, so k picks read about ln k times the table
(losses.py); computing every gain anew would read it k times. The next pick is a maximum over n numbers.
"""

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.coverage.losses import Losses
from shoal_sampler.domain.coverage.similarities import UNIT, Coverage, Table
from shoal_sampler.domain.pools.equals import EqualCandidates
from shoal_sampler.domain.pools.pool import Pool, Ranking
from shoal_sampler.domain.vectors.rows import Floats
from shoal_sampler.domain.vectors.threads import BlockThreads


def pick_greedily(pool: Pool, coverage: Coverage, *, table: Table, k: int, threads: BlockThreads) -> Ranking:
    """Return k <= n candidates of `pool` by greedy gain, from their table; updates `coverage`."""
    losses = Losses(coverage, table, threads)
    every = np.arange(len(coverage))
    gains = Gains(pool, losses.losses_of(every, np.full(len(every), UNIT, np.uint16)))
    picks, scores = list[int](), list[float]()
    while len(picks) < k:
        best, gain = gains.take()
        picks.append(best)
        scores.append(gain * losses.unit)
        row = table.of(best)
        nearer = np.flatnonzero(row > coverage.cover)
        gains.values -= losses.losses_of(nearer, row[nearer])
        coverage.cover[nearer] = row[nearer]
        if len(picks) % 64 == 0 or len(picks) == k:
            pool.report(len(pool) + len(pool) * len(picks) // k, 2 * len(pool))
    return Ranking(np.array(picks, np.int64), np.array(scores, np.float32))


class Gains:
    """values: (n,) what each candidate adds, as whole numbers; picked candidates no longer compete."""

    def __init__(self, pool: Pool, values: npt.NDArray[np.float64]) -> None:
        self.values = values
        self._weights = pool.weights.astype(np.float64)
        self._draws, self._equals = pool.draws, EqualCandidates(pool)

    def take(self) -> tuple[int, float]:
        """Return the best candidate and its weighted gain.

        Ties go to the lower draw, then to the lower index.
        """
        worth = coarse_gains((self.values * self._weights).astype(np.float32))
        tied = np.flatnonzero(worth == worth.max())
        best = self._equals.take(int(tied[np.argmin(self._draws[tied])]))
        gain = float(self.values[best] * self._weights[best])
        self._weights[best], self.values[best] = -1.0, np.inf
        return best, gain


def coarse_gains(gains: Floats) -> Floats:
    """Return gains cut to 15 bits of mantissa.

    Rows that differ by rounding only then nearly always have equal gains. The greedy choice is one of largest
    gain up to a factor 1 - 2^-15.
    """
    result: Floats = (gains.view(np.uint32) & np.uint32(0xFFFFFF00)).view(np.float32)
    return result
