"""TypiClust: the most typical row of every group, for a first batch (Hacohen et al. 2022, arXiv 2202.02794)."""

import heapq

import numpy as np

from shoal_sampler.domain.pools.clustering import k_means
from shoal_sampler.domain.pools.landmarks import some
from shoal_sampler.domain.pools.pool import Pool, Ranking, no_picks
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

MOST_CLUSTERS = 500
_NEIGHBOURS = 20
_REFERENCES = 4096  # rows of a large cluster that neighbours are looked for among
_BLOCK = 2048


def typiclust(pool: Pool, k: int) -> Ranking:
    """Return k candidates: from the cluster with fewest chosen rows, the largest of them first, its most typical row.

    Candidates and chosen rows are clustered together into min(m + k, 500) groups by spherical k-means. Typicality is
    1 over the mean distance to the 20 nearest neighbours in the cluster, times the weight; it is the score. Cost:
    k-means, and the sum of squared cluster sizes x d for the neighbours.
    """
    k = min(k, len(pool))
    if k <= 0:
        return no_picks()
    everything = np.concatenate([pool.vectors, pool.chosen]) if len(pool.chosen) else pool.vectors
    clusters = min(len(pool.chosen) + k, MOST_CLUSTERS)
    groups = k_means(everything, clusters, pool.seed)
    chosen = np.bincount(groups[len(pool) :], minlength=clusters)
    typicality = _typicalities(pool, groups[: len(pool)])
    return _in_turn(pool, groups[: len(pool)], chosen=chosen, worth=typicality * pool.weights, k=k)


TYPICLUST = NamedStrategy(
    name="typiclust",
    choose=typiclust,
    reason="most typical of the window's clusters",
    purpose="a very small first batch",
    paper="Hacohen et al. 2022, arXiv 2202.02794",
)


def _typicalities(pool: Pool, groups: Indices) -> Floats:
    out = np.zeros(len(groups), np.float32)
    order = np.argsort(groups, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        out[members] = typicality(pool.vectors[members], pool.seed)
    return out


def typicality(vectors: Vectors, seed: int) -> Floats:
    """Return 1 / mean distance to the 20 nearest other rows: (n,); 0 for a row alone."""
    references = vectors[some(len(vectors), _REFERENCES, seed)]
    near = min(_NEIGHBOURS, len(references) - 1)
    out = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors) if near > 0 else 0, _BLOCK):
        similarity = vectors[start : start + _BLOCK] @ references.T
        nearest = -np.partition(-similarity, near, axis=1)[:, : near + 1]
        distances = np.sqrt(np.maximum(2.0 - 2.0 * nearest, 0.0))
        distances.sort(axis=1)  # the first is the row itself, where it is among the references
        out[start : start + _BLOCK] = 1.0 / (distances[:, 1:].mean(axis=1) + 1e-6)
    return out


def _in_turn(pool: Pool, groups: Indices, *, chosen: Indices, worth: Floats, k: int) -> Ranking:
    order = np.lexsort((np.arange(len(groups)), pool.draws, -worth, groups))
    starts = np.searchsorted(groups[order], np.arange(len(chosen) + 1))
    sizes = np.diff(starts)
    heap = [(int(chosen[g]), -int(sizes[g]), g) for g in range(len(chosen)) if sizes[g]]
    heapq.heapify(heap)
    used = np.zeros(len(chosen), np.int64)
    picks: list[int] = []
    while len(picks) < k:
        count, size, group = heapq.heappop(heap)
        picks.append(int(order[starts[group] + used[group]]))
        used[group] += 1
        if used[group] < sizes[group]:
            heapq.heappush(heap, (count + 1, size, group))
    indices = np.array(picks, np.int64)
    return Ranking(indices, worth[indices])
