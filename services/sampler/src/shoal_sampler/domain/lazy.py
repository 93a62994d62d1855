"""Lazy greedy: the picks of plain greedy without computing every gain each time (Minoux 1978).

Gains only fall while picks are made, so that an old gain is an upper bound. The FRONT candidates of highest bounds are
watched: while the best of them, brought up to date, is no worse than every bound outside, picks cost a pass over a few
rows. Otherwise the highest bounds of all are brought up to date, twice as many each time until a pick is made: the
first picks lower all bounds there are, later ones a few. When the cover has grown, sparse.py goes on.
"""

from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.equals import Equals
from shoal_sampler.domain.pool import Pool, Ranking, top
from shoal_sampler.domain.similarities import Coverage, Units
from shoal_sampler.domain.sparse import Sparse, sparse_enough
from shoal_sampler.domain.threads import in_blocks
from shoal_sampler.domain.vectors import Indices

FRONT = 1024  # candidates that are watched
STEP = 16  # of them brought up to date at a time
LISTED = 128  # picks after which the similarities above the cover may be few enough to be listed (sparse.py)


def pick(pool: Pool, coverage: Coverage, kept: Units, k: int, threads: Executor) -> Ranking:
    """Return k <= n candidates of `pool` by greedy gain, from their (n, r) similarities; `coverage` grows with them."""
    equals = Equals(pool)
    search: Lazy | Sparse = Lazy(pool, coverage, kept, equals, threads)
    picks, scores, look = list[int](), list[float](), LISTED
    while len(picks) < k:
        if len(picks) == look and isinstance(search, Lazy):
            look *= 2
            if sparse_enough(coverage, kept):
                search = Sparse(pool, coverage, kept, np.array(picks), equals, threads)
        best, gain = search.best()
        picks.append(best)
        scores.append(gain)
        search.take(best)
        if len(picks) % 64 == 0 or len(picks) == k:
            pool.report(len(pool) + len(pool) * len(picks) // k, 2 * len(pool))
    return Ranking(np.array(picks, np.int64), np.array(scores, np.float32))


class Lazy:
    """bounds: (n,) weighted gains, each computed when fresh (n,) picks had been made; -inf where picked.

    Order is total: by bound, then by draw, then by index, so that the picks do not depend on FRONT or STEP.
    """

    def __init__(
        self, pool: Pool, coverage: Coverage, kept: Units, equals: Equals, threads: Executor
    ) -> None:
        self._pool, self._coverage, self._kept, self._threads = pool, coverage, kept, threads
        self._bounds = np.full(len(pool), np.inf, np.float32)
        self._fresh: npt.NDArray[np.int32] = np.full(len(pool), -1, np.int32)
        self._taken = 0
        self._members: Indices = np.empty(0, np.int64)
        self._outside: Indices = np.empty(0, np.int64)  # the best candidate that is not a member, if any
        self._equals = equals
        self._refresh(np.arange(len(pool)))

    def best(self) -> tuple[int, float]:
        """Return the best candidate of all, and its gain."""
        reach = FRONT
        while (best := self._best_member()) is None:
            self._move(reach)
            reach *= 2
        return self._equals.take(best), float(self._bounds[best])

    def take(self, best: int) -> None:
        """Choose a candidate."""
        np.maximum(self._coverage.cover, self._kept[best], out=self._coverage.cover)
        self._bounds[best] = -np.inf
        self._taken += 1

    def _best_member(self) -> int | None:
        """Return the best candidate of all, or None when it may not be a member."""
        members = self._members
        while len(members):
            bounds = self._bounds[members]
            tied = members[bounds == bounds.max()]
            best = int(tied[np.argmin(self._pool.draws[tied])])
            if self._bounds[best] == -np.inf or self._behind(best):
                return None
            if self._fresh[best] == self._taken:
                return best
            stale = np.flatnonzero(self._fresh[members] < self._taken)
            if len(stale) > STEP:
                stale = stale[np.argpartition(bounds[stale], -STEP)[-STEP:]]
            self._refresh(members[stale])
        return None

    def _move(self, reach: int) -> None:
        """Bring the `reach` highest bounds up to date, and watch those that are then on top."""
        rows = top(self._bounds, self._pool.draws, reach)
        self._refresh(np.sort(rows[self._fresh[rows] < self._taken]))
        first = top(self._bounds, self._pool.draws, FRONT + 1)
        self._members, self._outside = np.sort(first[:FRONT]), first[FRONT:]

    def _refresh(self, rows: Indices) -> None:
        gains = np.empty(len(rows), np.float32)

        def update(part: slice) -> None:
            gains[part] = self._coverage.gains(self._kept[rows[part]])

        in_blocks(self._threads, len(rows), self._coverage.height, update)
        self._bounds[rows] = np.minimum(self._bounds[rows], gains * self._pool.weights[rows])
        self._fresh[rows] = self._taken

    def _behind(self, member: int) -> bool:
        """Tell whether a candidate outside may come before this one."""
        return any(self._place(int(other)) < self._place(member) for other in self._outside)

    def _place(self, index: int) -> tuple[float, float, int]:
        return (-float(self._bounds[index]), float(self._pool.draws[index]), index)
