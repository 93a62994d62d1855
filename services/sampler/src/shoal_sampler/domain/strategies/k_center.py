"""k-center: no candidate is far from something chosen. For coverage of extremes and outliers, not for label efficiency.

Greedy farthest-first traversal (Gonzalez 1985; core-set of Sener and Savarese 2018, arXiv 1708.00489): within twice
the best radius. Exact, in blocks: distances to the chosen only fall, so a stale one is an upper bound. The REFRESH
largest bounds are brought up to date by one gemm against the centres they missed, and inside the FRONT largest of
them picks are made from their Gram matrix while the best stays above every bound outside.
"""

from itertools import pairwise

import numpy as np

from shoal_sampler.domain.pools.pool import Pool, Ranking, no_picks, top
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.nearest import nearest_similarity
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

REFRESH, FRONT = 6144, 768
_BLOCK = 65_536


def k_center(pool: Pool, k: int) -> Ranking:
    """Return k candidates, each the one of largest w(x) x squared distance to all chosen before it.

    With nothing chosen the first is the row nearest to the mean. Score: the weighted squared distance at its choice,
    infinite for a first one. Worst case n k d multiplications, usually a small part of it; memory REFRESH x k.
    """
    k = min(k, len(pool))
    if k <= 0:
        return no_picks()
    state = _State(pool)
    if not len(pool.chosen):
        state.take(_central(pool.vectors, pool.draws), np.inf)
        state.see_first()
    while len(state.picks) < k:
        _round(state, k)
        pool.report(len(state.picks), k)
    return Ranking(np.array(state.picks[:k], np.int64), np.array(state.scores[:k], np.float32))


K_CENTER = NamedStrategy(
    name="k_center",
    choose=k_center,
    reason="farthest from everything chosen",
    purpose="extremes, outliers and deduplication; **not** for label efficiency",
    paper="Gonzalez 1985; Sener and Savarese 2018, arXiv 1708.00489",
)


class _State:
    """bounds: (n,) weighted squared distances to the first `seen` (n,) picks, -inf where picked."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.picks: list[int] = []
        self.scores: list[float] = []
        self.seen = np.zeros(len(pool), np.int64)
        self.bounds = np.full(len(pool), np.inf, np.float32)
        # New memory is given by the system page by page, which takes longer than to copy rows into it.
        self._gathered = np.empty((min(REFRESH, len(pool)), pool.vectors.shape[1]), pool.vectors.dtype)
        if len(pool.chosen):
            for start in range(0, len(pool), _BLOCK):
                part = slice(start, start + _BLOCK)
                self.lower(np.arange(len(pool))[part], nearest_similarity(pool.vectors[part], pool.chosen))

    def lower(self, rows: Indices, similarity: Floats) -> None:
        squared = np.maximum(2.0 - 2.0 * similarity, 0.0) * self.pool.weights[rows]
        self.bounds[rows] = np.minimum(self.bounds[rows], squared)

    def take(self, index: int, score: float) -> None:
        self.picks.append(index)
        self.scores.append(score)
        self.bounds[index] = -np.inf

    def see_first(self) -> None:
        """Compare all rows with the first pick."""
        first = self.picks[0]
        self.lower(np.arange(len(self.pool)), self.pool.vectors @ self.pool.vectors[first])
        self.bounds[first] = -np.inf
        self.seen[:] = 1

    def between(self, rows: Indices) -> Floats:
        """Return (m, m) weighted squared distances from each of `rows` (m,) to all of them, weighted by the latter."""
        vectors = self.pool.vectors[rows]
        squared: Floats = np.maximum(2.0 - 2.0 * (vectors @ vectors.T), 0.0)
        squared *= self.pool.weights[rows]
        return squared

    def refresh(self, rows: Indices) -> None:
        """Compare rows with the picks that each has not been compared with, one gemm per generation."""
        rows = rows[np.argsort(self.seen[rows], kind="stable")]
        vectors = np.take(self.pool.vectors, rows, axis=0, out=self._gathered[: len(rows)], mode="clip")
        centres, seen = self.pool.vectors[self.picks], self.seen[rows]
        starts = np.flatnonzero(np.diff(seen, prepend=-1))
        for start, end in pairwise([*starts.tolist(), len(rows)]):
            past = int(seen[start])
            if past < len(centres):
                self.lower(rows[start:end], (centres[past:] @ vectors[start:end].T).max(axis=0))
        self.seen[rows] = len(centres)


def _round(state: _State, k: int) -> None:
    """Refresh the top, then pick inside it while nothing outside can be farther."""
    rows = top(state.bounds, state.pool.draws, REFRESH + 1)
    rows, outside = rows[:REFRESH], rows[REFRESH:]
    state.refresh(rows)
    rows = np.sort(np.concatenate([rows, outside]))
    first = rows[top(state.bounds[rows], state.pool.draws[rows], FRONT + 1)]
    # The first row outside stands for all of them; behind it, order inside the refreshed part is not known to hold.
    stop = np.flatnonzero(first == outside[0]) if len(outside) else np.empty(0, np.int64)
    size = min(FRONT, int(stop[0]) if len(stop) else len(first))
    if size:
        _pick_inside(state, first[:size], int(first[size]) if size < len(first) else None, k)


def _pick_inside(state: _State, front: Indices, rival: int | None, k: int) -> None:
    draws = state.pool.draws
    front = front[np.lexsort((front, draws[front]))]  # of equal bounds, the first found is the one to take
    distances, bounds = state.between(front), state.bounds[front]
    limit = (-np.inf, 0.0, 0) if rival is None else (-float(state.bounds[rival]), float(draws[rival]), rival)
    while len(state.picks) < k:
        place = int(bounds.argmax())
        bound, index = float(bounds[place]), int(front[place])
        if bound == -np.inf or (rival is not None and (-bound, float(draws[index]), index) > limit):
            break
        state.take(index, bound)
        np.minimum(bounds, distances[place], out=bounds)
        bounds[place] = -np.inf
    state.bounds[front] = bounds
    state.seen[front] = len(state.picks)


def _central(vectors: Vectors, draws: Floats) -> int:
    """Return the row nearest to the mean."""
    total = np.zeros(vectors.shape[1])
    for start in range(0, len(vectors), 1024):  # float32 is precise enough for so many, and twice as quick
        total += vectors[start : start + 1024].sum(axis=0)
    return int(top(vectors @ (total / len(vectors)).astype(np.float32), draws, 1)[0])
