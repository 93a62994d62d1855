"""k-center: no candidate is far from something chosen. For coverage of extremes and outliers, not for label efficiency.

Greedy farthest-first traversal (Gonzalez 1985; core-set of Sener and Savarese 2018, arXiv 1708.00489): within twice
the best radius. Exact, in blocks: distances to the chosen only fall, so a stale one is an upper bound. The REFRESH
largest bounds are brought up to date by one gemm against the centres they missed, and inside the FRONT largest of
them picks are made from their Gram matrix while the best stays above every bound outside.
"""

import numpy as np

from shoal_sampler.domain.duplicates import nearest_similarity
from shoal_sampler.domain.pool import Pool, Ranking, no_picks, top
from shoal_sampler.domain.vectors import Floats, Indices, Vectors

REFRESH, FRONT = 8192, 512
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
    while len(state.picks) < k:
        _round(state, k)
        pool.report(len(state.picks), k)
    return Ranking(np.array(state.picks[:k], np.int64), np.array(state.scores[:k], np.float32))


class _State:
    """bounds: (n,) weighted squared distances to the first `seen` (n,) picks, -inf where picked."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.picks: list[int] = []
        self.scores: list[float] = []
        self.seen = np.zeros(len(pool), np.int64)
        self.bounds = np.full(len(pool), np.inf, np.float32)
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

    def refresh(self, rows: Indices) -> None:
        """Compare rows with the picks that each has not been compared with, one gemm per generation."""
        centres = self.pool.vectors[self.picks]
        for seen in np.unique(self.seen[rows]):
            part = rows[self.seen[rows] == seen]
            if seen < len(centres):
                self.lower(part, (self.pool.vectors[part] @ centres[seen:].T).max(axis=1))
        self.seen[rows] = len(centres)


def _round(state: _State, k: int) -> None:
    """Refresh the top, then pick inside it while nothing outside can be farther."""
    rows = top(state.bounds, state.pool.draws, REFRESH + 1)
    rows, outside = rows[:REFRESH], rows[REFRESH:]
    state.refresh(rows)
    rows = np.concatenate([rows, outside])
    order = np.lexsort((rows, state.pool.draws[rows], -state.bounds[rows]))
    # The first row outside stands for all of them; behind it, order inside the refreshed part is not known to hold.
    stop = int(np.flatnonzero(np.isin(rows[order], outside))[0]) if len(outside) else len(rows)
    front = np.sort(rows[order[: min(FRONT, stop)]])
    rival = rows[order[len(front)]] if len(front) < len(rows) else None
    if len(front):
        _pick_inside(state, front, None if rival is None else int(rival), k)


def _pick_inside(state: _State, front: Indices, rival: int | None, k: int) -> None:
    vectors, draws = state.pool.vectors[front], state.pool.draws
    gram = vectors @ vectors.T
    weights = state.pool.weights[front]
    bounds = state.bounds[front]
    limit = (-np.inf, 0.0, 0) if rival is None else (-state.bounds[rival], draws[rival], rival)
    while len(state.picks) < k:
        tied = np.flatnonzero(bounds == bounds.max())
        place = int(tied[np.argmin(draws[front[tied]])])
        index = int(front[place])
        if bounds[place] == -np.inf or (rival is not None and (-bounds[place], draws[index], index) > limit):
            break
        state.take(index, float(bounds[place]))
        np.minimum(bounds, np.maximum(2.0 - 2.0 * gram[place], 0.0) * weights, out=bounds)
        bounds[place] = -np.inf
    state.bounds[front] = bounds
    state.seen[front] = len(state.picks)


def _central(vectors: Vectors, draws: Floats) -> int:
    """Return the row nearest to the mean."""
    return int(top(vectors @ vectors.mean(axis=0, dtype=np.float64).astype(np.float32), draws, 1)[0])
