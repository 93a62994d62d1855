"""Greedy maximum coverage: the engine behind herding, uncertainty herding and facility location.

With a similarity k(z, x) >= 0, importances u >= 0 of the population's rows and weights w > 0 of the candidates, the
value of a set S is

    F(S) = sum over z of u(z) max over x in S of k(z, x),

monotone and submodular, so that taking the candidate of largest weighted gain w(x) (F(S + x) - F(S)) again and again
is within 1 - 1/e of the best set of that size (Nemhauser, Wolsey and Fisher 1978).

Gains only fall while S grows, so an old gain is an upper bound (lazy greedy, Minoux 1978; the picks are those of
plain greedy). Candidates are handled in fronts: the FRONT highest bounds have their rows of the similarity computed
by one gemm and kept, and as long as the best of them, brought up to date, is no worse than every bound outside, picks
cost a pass over a few kept rows and no gemm at all.

The first picks lower every bound there is, so that each candidate is looked at several times over: where n r
similarities fit into KEPT they are kept as uint16 (cut to multiples of 1 / UNIT) and the gemm is paid once.

Cost: n r d multiplications for the first gains, then, where similarities are not kept, FRONT r d for each new front.
Memory: 2 n r bytes where kept, at most 1 GiB; (FRONT + block) x r float32 beside the candidates. Nothing is n x n.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.pool import Pool, Ranking, no_picks, top
from shoal_sampler.domain.vectors import Floats, Indices, Vectors

FRONT = 1024  # candidates whose similarities are at hand
STEP = 16  # of them brought up to date at a time
KEPT = 1 << 29  # similarities that may be kept, 2 bytes each
ROUNDING = np.float32(
    1.5
)  # units by which equal similarities may differ; what is no more does not count as gained
UNIT = 65535.0  # similarities are counted in 1 / UNIT, so that kept ones need no scaling
_BLOCK_VALUES = 1 << 21  # similarities in one block: 8 MiB, which stays in the cache of most machines

Similarity = Callable[[Vectors], Floats]
"""From (b, d) candidates to UNIT times their (b, r) similarities with the population, as an array of its own."""
Kept = npt.NDArray[np.uint16] | None


@dataclass(slots=True)
class Coverage:
    """How well a population is covered so far.

    importance: (r,) of each population row, adds up to 1. cover: (r,) UNIT times its largest similarity with what is
    chosen.
    """

    similarity: Similarity
    importance: Floats
    cover: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.importance = (self.importance / np.float32(UNIT)).astype(np.float32)
        self.cover = np.zeros(len(self.importance), np.float32)

    @property
    def block(self) -> int:
        """Return how many candidates one block of similarities has."""
        return max(1, _BLOCK_VALUES // max(1, len(self.cover)))

    def add(self, chosen: Vectors) -> None:
        """Cover what `chosen` (m, d) covers."""
        for start in range(0, len(chosen), self.block):
            rows = self.similarity(chosen[start : start + self.block])
            np.maximum(self.cover, rows.max(axis=0), out=self.cover)

    def gains(self, rows: Floats) -> Floats:
        """Return (b,) what each candidate adds, from its (b, r) similarities, which are overwritten."""
        covered = self.cover + ROUNDING
        np.maximum(rows, covered, out=rows)
        rows -= covered
        return coarse(rows @ self.importance)

    def all_gains(self, candidates: Vectors, report: Callable[[int, int], None]) -> tuple[Floats, Kept]:
        """Return (n,) the gains of all candidates, and their (n, r) similarities where there is room for them."""
        gains = np.empty(len(candidates), np.float32)
        room = len(candidates) * len(self.cover) <= KEPT
        kept = np.empty((len(candidates), len(self.cover)), np.uint16) if room else None
        for start in range(0, len(candidates), self.block):
            stop = start + self.block
            rows = self.similarity(candidates[start:stop])
            if kept is not None:
                np.minimum(rows, np.float32(UNIT), out=rows)  # rounding may lift x.x above 1
                kept[start:stop] = rows
            gains[start:stop] = self.gains(rows)
            report(min(stop, len(candidates)), len(candidates))
        return gains, kept


def coarse(gains: Floats) -> Floats:
    """Return gains cut to 15 bits of mantissa: equal rows have equal gains, wherever in a gemm they were computed.

    The greedy choice is one of largest gain up to a factor 1 - 2^-15.
    """
    result: Floats = (gains.view(np.uint32) & np.uint32(0xFFFFFF00)).view(np.float32)
    return result


def greedy(pool: Pool, coverage: Coverage, k: int) -> Ranking:
    """Return k candidates by greedy gain; ties go to the lower draw, then to the lower index. Score: the gain."""
    k = min(k, len(pool))
    if k <= 0:
        return no_picks()
    coverage.add(pool.chosen)
    gains, kept = coverage.all_gains(pool.vectors, pool.report)
    bounds = gains * pool.weights
    picks, scores = list[int](), list[float]()
    front = _Front(pool, coverage, bounds, kept)
    while len(picks) < k:
        front.move()
        while len(picks) < k and (best := front.best()) is not None:
            picks.append(best)
            scores.append(float(bounds[best]))
            front.take(best)
        pool.report(len(picks), k)
    return Ranking(np.array(picks, np.int64), np.array(scores, np.float32))


class _Front:
    """The candidates with the highest bounds, with their similarities at hand.

    Order is total: by bound, then by draw, then by index, so that the picks do not depend on FRONT.
    """

    def __init__(self, pool: Pool, coverage: Coverage, bounds: Floats, kept: Kept) -> None:
        self._pool, self._coverage, self._bounds, self._kept = pool, coverage, bounds, kept
        self._members: Indices = np.empty(0, np.int64)
        self._rows: Floats = np.empty((0, len(coverage.cover)), np.float32)
        self._fresh: npt.NDArray[np.int64] = np.empty(
            0, np.int64
        )  # after how many picks a bound was computed
        self._outside: Indices = np.empty(0, np.int64)  # the best candidate that is not a member, if any
        self._taken = 0

    def move(self) -> None:
        """Gather the candidates that are now on top; rows that are kept already are not computed again."""
        first = top(self._bounds, self._pool.draws, FRONT + 1)
        members, self._outside = np.sort(first[:FRONT]), first[FRONT:]
        self._rows = self._rows_of(members)
        self._members, self._fresh = members, np.empty(len(members), np.int64)
        self._update(np.arange(len(members)))

    def _rows_of(self, members: Indices) -> Floats:
        if self._kept is not None:
            return self._kept[members].astype(np.float32)
        rows = np.empty((len(members), len(self._coverage.cover)), np.float32)
        known = np.isin(members, self._members, assume_unique=True)
        rows[known] = self._rows[np.searchsorted(self._members, members[known])]
        new = np.flatnonzero(~known)
        for start in range(0, len(new), self._coverage.block):
            part = new[start : start + self._coverage.block]
            rows[part] = self._coverage.similarity(self._pool.vectors[members[part]])
        return rows

    def best(self) -> int | None:
        """Return the best candidate of all, or None when it may lie outside the front."""
        while True:
            bounds = self._bounds[self._members]
            tied = np.flatnonzero(bounds == bounds.max())
            place = int(tied[np.argmin(self._pool.draws[self._members[tied]])])
            if bounds[place] == -np.inf or self._behind(int(self._members[place])):
                return None
            if self._fresh[place] == self._taken:
                return int(self._members[place])
            stale = np.flatnonzero(self._fresh < self._taken)
            order = np.argsort(-bounds[stale], kind="stable")[:STEP]
            self._update(np.union1d(stale[order], [place]))

    def take(self, best: int) -> None:
        """Choose a candidate of the front."""
        place = int(np.searchsorted(self._members, best))
        np.maximum(self._coverage.cover, self._rows[place], out=self._coverage.cover)
        self._bounds[best] = -np.inf
        self._taken += 1

    def _update(self, places: Indices) -> None:
        for start in range(0, len(places), self._coverage.block):
            part = places[start : start + self._coverage.block]
            gains = self._coverage.gains(self._rows[part])
            members = self._members[part]
            # Rounding must not lift a bound: a gain that seems to rise stays where it was.
            self._bounds[members] = np.minimum(self._bounds[members], gains * self._pool.weights[members])
        self._fresh[places] = self._taken

    def _behind(self, member: int) -> bool:
        """Tell whether a candidate outside may come before this one."""
        return any(self._place(int(other)) < self._place(member) for other in self._outside)

    def _place(self, index: int) -> tuple[float, float, int]:
        return (-float(self._bounds[index]), float(self._pool.draws[index]), index)
