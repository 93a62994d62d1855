"""Greedy picks once a cover has grown: hardly a similarity is above it, and those that are can be listed.

After t picks about one similarity in t still exceeds the cover, as a candidate is seldom nearer to a row than all of
the chosen. Listed by population row, they tell what a pick takes from each other candidate: the gains of all
candidates are kept up to date by what changed, and the next pick is a maximum over n numbers.

Gains are whole numbers, units of similarity times whole importances, so that sums are exact in float64 whatever their
order, and what is covered adds exactly nothing.
"""

from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.equals import Equals
from shoal_sampler.domain.pool import Pool
from shoal_sampler.domain.similarities import ROUNDING, UNIT, Coverage, Units
from shoal_sampler.domain.threads import in_blocks
from shoal_sampler.domain.vectors import Indices

SHARE = 1 / 64  # of the similarities, at most, may be listed
_WHOLE = 2.0**20  # the largest importance: with it 2^53 is not passed by 100,000 population rows
_SAMPLE = 256  # candidates that tell how much there would be to list

_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16))

Gains = npt.NDArray[np.float64]


def sparse_enough(coverage: Coverage, kept: Units) -> bool:
    """Tell whether at most about SHARE of the similarities (n, r) exceed the cover, by evenly spaced candidates."""
    some = kept[:: max(1, len(kept) // _SAMPLE)]
    return float((some > coverage.cover + ROUNDING).mean()) <= SHARE


class Sparse:
    """gains: (n,) of all candidates, exact; -1 where picked. Memory: 6 bytes a similarity above the cover."""

    def __init__(
        self, pool: Pool, coverage: Coverage, kept: Units, picked: Indices, equals: Equals, threads: Executor
    ) -> None:
        self._pool, self._coverage, self._kept, self._equals = pool, coverage, kept, equals
        largest = max(float(coverage.importance.max(initial=0.0)), 1e-30)
        self._unit = largest / _WHOLE / UNIT
        self._importance: Gains = np.rint(coverage.importance.astype(np.float64) * (_WHOLE / largest))
        self._list(threads)
        self._gains: Gains = np.zeros(len(pool))
        self._lower(np.arange(len(coverage)), np.full(len(coverage), UNIT, np.uint16), -1.0)
        self._gains[picked] = -1.0
        self._picks, self._tidy_at = len(picked), 2 * len(picked)

    def best(self) -> tuple[int, float]:
        """Return the best candidate of all, and its weighted gain."""
        worth = self._gains * self._pool.weights
        tied = np.flatnonzero(worth == worth.max())
        best = int(tied[np.argmin(self._pool.draws[tied])])
        return self._equals.take(best), float(worth[best]) * self._unit

    def take(self, best: int) -> None:
        """Choose a candidate."""
        row, cover = self._kept[best], self._coverage.cover
        nearer = np.flatnonzero(row > cover)
        self._lower(nearer, row[nearer], 1.0)
        cover[nearer] = row[nearer]
        self._gains[best] = -1.0
        self._picks += 1
        if self._picks >= self._tidy_at:
            self._tidy()

    def _lower(self, rows: Indices, cover: Units, sign: float) -> None:
        """Take from all gains, times `sign`, what they lose when `cover` (m,) becomes the cover of `rows` (m,)."""
        counts = self._starts[rows + 1] - self._starts[rows]
        ends = np.cumsum(counts)
        listed = np.arange(ends[-1] if len(ends) else 0)
        listed += np.repeat(self._starts[rows] - (ends - counts), counts)
        values = self._values[listed].astype(np.int32)
        before = np.maximum(values - np.repeat(self._covered(self._coverage.cover[rows]), counts), 0)
        after = np.maximum(values - np.repeat(self._covered(cover), counts), 0)
        lost = (before - after) * np.repeat(self._importance[rows], counts)
        self._gains -= sign * np.bincount(self._candidates[listed], lost, len(self._gains))

    @staticmethod
    def _covered(cover: Units) -> "npt.NDArray[np.int32]":
        """Return what a similarity must exceed to add anything."""
        return cover.astype(np.int32) + np.int32(ROUNDING)

    def _list(self, threads: Executor) -> None:
        """List the similarities above the cover by population row: whose they are, and the similarities."""
        n, height = len(self._kept), self._coverage.height
        covered = self._coverage.cover + ROUNDING
        found: list[tuple[Indices, Indices, Units]] = [_NOTHING] * -(-n // height)

        def look(part: slice) -> None:
            block = self._kept[part]
            places = np.flatnonzero(block > covered)
            candidates, rows = np.divmod(places, len(covered))
            found[part.start // height] = candidates + part.start, rows, block.ravel()[places]

        in_blocks(threads, n, height, look)
        candidates, rows, values = (np.concatenate([each[side] for each in found]) for side in range(3))
        # 16 bits are sorted in linear time.
        order = np.argsort(rows.astype(np.min_scalar_type(len(covered))), kind="stable")
        self._candidates, self._values = candidates[order].astype(np.int32), values[order].astype(np.uint16)
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(covered)))])

    def _tidy(self) -> None:
        """Forget what is covered by now; each time there are twice as many picks."""
        counts = np.diff(self._starts)
        above = self._values > np.repeat(self._coverage.cover + ROUNDING, counts)
        rows = np.repeat(np.arange(len(counts)), counts)[above]
        self._candidates, self._values = self._candidates[above], self._values[above]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(counts)))])
        self._tidy_at *= 2
