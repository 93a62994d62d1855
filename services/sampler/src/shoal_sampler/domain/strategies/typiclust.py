"""TypiClust: the most typical row of every cluster, for a first batch.

Hacohen et al. 2022, arXiv 2202.02794.
"""

import heapq

import numpy as np

from shoal_sampler.domain.pools.clustering import k_means
from shoal_sampler.domain.pools.landmarks import sample_rows
from shoal_sampler.domain.pools.pool import Pool, Ranking, no_picks
from shoal_sampler.domain.strategies.named import NamedStrategy
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

MOST_CLUSTERS = 500
_NEIGHBOURS = 20
_REFERENCES = 4096  # most rows of a cluster among which neighbours are searched
_BLOCK = 2048


def typical_of_clusters(pool: Pool, k: int) -> Ranking:
    """Return k candidates: the most typical row of the cluster with fewest chosen rows.

    Of several such clusters the largest goes first. Candidates and chosen rows are clustered together into
    min(m + k, 500) groups by spherical k-means. Typicality is 1 over the mean distance to the 20 nearest
    neighbours in the cluster, times the weight; it is the score. Cost: k-means, and the sum of squared
    cluster sizes x d for the neighbours.
    """
    k = min(k, len(pool))
    if k <= 0:
        return no_picks()
    everything = (
        np.concatenate([pool.vectors, pool.chosen_vectors]) if len(pool.chosen_vectors) else pool.vectors
    )
    clusters = min(len(pool.chosen_vectors) + k, MOST_CLUSTERS)
    groups = k_means(everything, clusters, pool.seed)
    chosen_counts = np.bincount(groups[len(pool) :], minlength=clusters)
    typicality = _typicality_in_clusters(pool, groups[: len(pool)])
    return _pick_in_turn(
        pool, groups[: len(pool)], chosen_counts=chosen_counts, worth=typicality * pool.weights, k=k
    )


TYPICLUST = NamedStrategy(
    name="typiclust",
    choose=typical_of_clusters,
    reason="most typical of the window's clusters",
    purpose="a very small first batch",
    paper="Hacohen et al. 2022, arXiv 2202.02794",
)


def _typicality_in_clusters(pool: Pool, groups: Indices) -> Floats:
    out = np.zeros(len(groups), np.float32)
    order = np.argsort(groups, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        out[members] = cluster_typicality(pool.vectors[members], pool.seed)
    return out


def cluster_typicality(vectors: Vectors, seed: int) -> Floats:
    """Return (n,) 1 / the mean distance to the 20 nearest other rows; 0 for a row alone."""
    references = vectors[sample_rows(len(vectors), _REFERENCES, seed)]
    near = min(_NEIGHBOURS, len(references) - 1)
    out = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors) if near > 0 else 0, _BLOCK):
        similarity = vectors[start : start + _BLOCK] @ references.T
        nearest = -np.partition(-similarity, near, axis=1)[:, : near + 1]
        distances = np.sqrt(np.maximum(2.0 - 2.0 * nearest, 0.0))
        distances.sort(axis=1)  # the first is the row itself if it is among the references
        out[start : start + _BLOCK] = 1.0 / (distances[:, 1:].mean(axis=1) + 1e-6)
    return out


def _pick_in_turn(pool: Pool, groups: Indices, *, chosen_counts: Indices, worth: Floats, k: int) -> Ranking:
    order = np.lexsort((np.arange(len(groups)), pool.draws, -worth, groups))
    starts = np.searchsorted(groups[order], np.arange(len(chosen_counts) + 1))
    sizes = np.diff(starts)
    heap = [(int(chosen_counts[g]), -int(sizes[g]), g) for g in range(len(chosen_counts)) if sizes[g]]
    heapq.heapify(heap)
    used = np.zeros(len(chosen_counts), np.int64)
    picks: list[int] = []
    while len(picks) < k:
        count, size, group = heapq.heappop(heap)
        picks.append(int(order[starts[group] + used[group]]))
        used[group] += 1
        if used[group] < sizes[group]:
            heapq.heappush(heap, (count + 1, size, group))
    indices = np.array(picks, np.int64)
    return Ranking(indices, worth[indices])
