"""k-center: no candidate is far from a chosen row.

For coverage of extremes and outliers, not for label efficiency. Greedy farthest-first traversal (Gonzalez
1985; core-set of Sener and Savarese 2018, arXiv 1708.00489): within twice the best radius. Exact, in blocks:
distances to the chosen rows only fall, so an old one is an upper bound. One matrix product updates the
REFRESH largest bounds against the centres they missed. Picks among the FRONT largest of these use their Gram
matrix, while the best stays above every bound outside.
"""

from itertools import pairwise

import numpy as np

from shoal_sampler.domain.pools.pool import Pool, Ranking, no_picks, top_rows
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.nearest import nearest_similarity
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

REFRESH, FRONT = 6144, 768
_BLOCK = 65_536


def k_center(pool: Pool, k: int) -> Ranking:
    """Return k candidates, each the one of largest w(x) x squared distance to all rows chosen before it.

    If nothing is chosen yet, the first pick is the row nearest to the mean. Score: the weighted squared
    distance when it was chosen, infinite for a first pick. Cost: n k d multiplications in the worst case,
    usually a small part of it. Memory: REFRESH x k.
    """
    k = min(k, len(pool))
    if k <= 0:
        return no_picks()
    state = _State(pool)
    if not len(pool.chosen_vectors):
        state.take(_central_row(pool.vectors, pool.draws), np.inf)
        state.compare_first()
    while len(state.picks) < k:
        _pick_round(state, k)
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
    """bounds: (n,) weighted squared distances to each row's first `compared_picks` picks; -inf for picks.

    compared_picks: (n,).
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.picks: list[int] = []
        self.scores: list[float] = []
        self.compared_picks = np.zeros(len(pool), np.int64)
        self.bounds = np.full(len(pool), np.inf, np.float32)
        # Fresh memory comes from the operating system page by page, which takes longer than the copy itself.
        self._gathered = np.empty((min(REFRESH, len(pool)), pool.vectors.shape[1]), pool.vectors.dtype)
        if len(pool.chosen_vectors):
            for start in range(0, len(pool), _BLOCK):
                part = slice(start, start + _BLOCK)
                self.lower(
                    np.arange(len(pool))[part], nearest_similarity(pool.vectors[part], pool.chosen_vectors)
                )

    def lower(self, rows: Indices, similarity: Floats) -> None:
        squared = np.maximum(2.0 - 2.0 * similarity, 0.0) * self.pool.weights[rows]
        self.bounds[rows] = np.minimum(self.bounds[rows], squared)

    def take(self, index: int, score: float) -> None:
        self.picks.append(index)
        self.scores.append(score)
        self.bounds[index] = -np.inf

    def compare_first(self) -> None:
        """Compare all rows with the first pick."""
        first = self.picks[0]
        self.lower(np.arange(len(self.pool)), self.pool.vectors @ self.pool.vectors[first])
        self.bounds[first] = -np.inf
        self.compared_picks[:] = 1

    def between(self, rows: Indices) -> Floats:
        """Return (m, m) squared distances between `rows` (m,), weighted by the row of the column."""
        vectors = self.pool.vectors[rows]
        squared: Floats = np.maximum(2.0 - 2.0 * (vectors @ vectors.T), 0.0)
        squared *= self.pool.weights[rows]
        return squared

    def refresh(self, rows: Indices) -> None:
        """Compare rows with the picks they have not been compared with yet.

        One matrix product for all rows with the same number of compared picks.
        """
        rows = rows[np.argsort(self.compared_picks[rows], kind="stable")]
        vectors = np.take(self.pool.vectors, rows, axis=0, out=self._gathered[: len(rows)], mode="clip")
        centres, compared = self.pool.vectors[self.picks], self.compared_picks[rows]
        starts = np.flatnonzero(np.diff(compared, prepend=-1))
        for start, end in pairwise([*starts.tolist(), len(rows)]):
            past = int(compared[start])
            if past < len(centres):
                self.lower(rows[start:end], (centres[past:] @ vectors[start:end].T).max(axis=0))
        self.compared_picks[rows] = len(centres)


def _pick_round(state: _State, k: int) -> None:
    """Refresh the largest bounds, then pick among them while no row outside can be farther."""
    rows = top_rows(state.bounds, state.pool.draws, REFRESH + 1)
    rows, outside = rows[:REFRESH], rows[REFRESH:]
    state.refresh(rows)
    rows = np.sort(np.concatenate([rows, outside]))
    first = rows[top_rows(state.bounds[rows], state.pool.draws[rows], FRONT + 1)]
    # The first row outside bounds all the others; behind it, the order of the refreshed part is not certain.
    stop = np.flatnonzero(first == outside[0]) if len(outside) else np.empty(0, np.int64)
    size = min(FRONT, int(stop[0]) if len(stop) else len(first))
    if size:
        _pick_inside(state, first[:size], int(first[size]) if size < len(first) else None, k)


def _pick_inside(state: _State, front: Indices, rival: int | None, k: int) -> None:
    draws = state.pool.draws
    front = front[np.lexsort((front, draws[front]))]  # argmax returns the first of equal bounds
    distances, bounds = state.between(front), state.bounds[front]
    limit = (-np.inf, 0.0, 0) if rival is None else (-float(state.bounds[rival]), float(draws[rival]), rival)
    while len(state.picks) < k:
        position = int(bounds.argmax())
        bound, index = float(bounds[position]), int(front[position])
        if bound == -np.inf or (rival is not None and (-bound, float(draws[index]), index) > limit):
            break
        state.take(index, bound)
        np.minimum(bounds, distances[position], out=bounds)
        bounds[position] = -np.inf
    state.bounds[front] = bounds
    state.compared_picks[front] = len(state.picks)


def _central_row(vectors: Vectors, draws: Floats) -> int:
    """Return the row nearest to the mean."""
    total = np.zeros(vectors.shape[1])
    for start in range(0, len(vectors), 1024):  # float32 is precise enough for 1024 rows, and twice as fast
        total += vectors[start : start + 1024].sum(axis=0)
    return int(top_rows(vectors @ (total / len(vectors)).astype(np.float32), draws, 1)[0])
