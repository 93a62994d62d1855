"""Herding: greedy maximum kernel coverage (MaxHerding, Bae et al. 2024, arXiv 2407.12212)."""

import numpy as np

from shoal_sampler.domain.kernels import gaussian, kernel_scale
from shoal_sampler.domain.pool import Pool, Ranking
from shoal_sampler.domain.vectors import Floats, Vectors

_BLOCK = 2048  # rows of one kernel block; a block is _BLOCK x r float32
_REFRESH = 64  # stale gains recomputed by one gemm


def herding(pool: Pool, k: int) -> Ranking:
    """Return k candidates that cover the population best together with what is already chosen.

    Coverage of a population row z is C(z) = max over chosen c of k(z, c), the Gaussian kernel at the
    population's own scale; a candidate's gain is w(x) x mean over z of max(0, k(z, x) - C(z)), and the
    greedy choice of the largest gain is within 1 - 1/e of the best set (the objective is monotone and
    submodular). Score: the gain.

    Gains only fall as the choice grows, so old ones are upper bounds: only the candidates on top are
    evaluated again, 64 by one gemm, until the best fresh gain is no less than every bound (lazy greedy,
    Minoux 1978; the result is that of plain greedy). Cost: n x r x d for the first gains, then 64 x r x d
    per refresh, with r population rows. Memory: 2048 x r float32; nothing is n x n.
    """
    population = pool.population if len(pool.population) else pool.vectors
    if k <= 0 or not len(pool):
        return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
    scale = kernel_scale(population)
    cover = _coverage(population, pool.chosen, scale)
    return _lazy_greedy(pool, population, cover, scale, min(k, len(pool)))


def _coverage(population: Vectors, chosen: Vectors, scale: float) -> Floats:
    """Return (r,) how well each population row is covered by `chosen`; 0 where nothing is."""
    cover = np.zeros(len(population), np.float32)
    for start in range(0, len(chosen), _BLOCK):
        np.maximum(cover, gaussian(chosen[start : start + _BLOCK], population, scale).max(axis=0), out=cover)
    return cover


def _gains(candidates: Vectors, weights: Floats, population: Vectors, cover: Floats, scale: float) -> Floats:
    """Return (n,) what each candidate would add to the mean coverage, times its weight."""
    gains = np.empty(len(candidates), np.float32)
    for start in range(0, len(candidates), _BLOCK):
        block = gaussian(candidates[start : start + _BLOCK], population, scale)
        block -= cover
        np.maximum(block, 0.0, out=block)
        gains[start : start + _BLOCK] = block.mean(axis=1, dtype=np.float64)
    result: Floats = gains * weights
    return result


def _lazy_greedy(pool: Pool, population: Vectors, cover: Floats, scale: float, k: int) -> Ranking:
    bounds = _gains(pool.vectors, pool.weights, population, cover, scale)
    fresh = np.full(len(pool), 0, np.int64)  # the number of picks a bound was computed after
    picks: list[int] = []
    scores: list[float] = []
    while len(picks) < k:
        best = _best(bounds, pool.draws)
        if fresh[best] < len(picks):
            stale = _stalest_on_top(bounds, fresh, len(picks))
            bounds[stale] = _gains(pool.vectors[stale], pool.weights[stale], population, cover, scale)
            fresh[stale] = len(picks)
            continue
        picks.append(best)
        scores.append(float(bounds[best]))
        bounds[best] = -np.inf
        np.maximum(cover, gaussian(pool.vectors[best : best + 1], population, scale)[0], out=cover)
    return Ranking(np.array(picks, np.int64), np.array(scores, np.float32))


def _best(bounds: Floats, draws: Floats) -> int:
    """Return the index of the largest bound; ties go to the lower draw, then to the lower index."""
    tied = np.flatnonzero(bounds == bounds.max())
    return int(tied[np.argmin(draws[tied])])


def _stalest_on_top(
    bounds: Floats, fresh: "np.typing.NDArray[np.int64]", now: int
) -> "np.typing.NDArray[np.int64]":
    """Return the candidates among the highest bounds that were not computed after the last pick."""
    size = min(_REFRESH, len(bounds))
    top = np.argpartition(bounds, len(bounds) - size)[len(bounds) - size :]
    top = top[(fresh[top] < now) & (bounds[top] > -np.inf)]
    best = int(np.argmax(np.where(fresh < now, bounds, -np.inf)))
    return np.union1d(top, [best]).astype(np.int64)
