"""Spherical k-means: groups of unit vectors by cosine (Dhillon and Modha 2001)."""

import numpy as np

from shoal_sampler.domain.pools.landmarks import sample_rows
from shoal_sampler.domain.vectors.rows import Indices, Vectors

_BLOCK_VALUES = 1 << 22
_BLOCK = 16_384
_ROUNDS = 10
_FIT_PER_CLUSTER = 100  # rows per cluster that the centres are fitted to


def k_means(vectors: Vectors, clusters: int, seed: int) -> Indices:
    """Return the cluster of each row: (n,) in [0, clusters); some clusters may stay empty.

    Centres start at random rows and are fitted to at most 100 rows per cluster, in at most 10 rounds. Cost:
    100 clusters^2 d multiplications per round, and n clusters d for the final assignment.
    """
    return nearest_centres(vectors, k_means_centres(vectors, clusters, seed=seed))


def k_means_centres(
    vectors: Vectors, clusters: int, *, seed: int, per_cluster: int = _FIT_PER_CLUSTER, rounds: int = _ROUNDS
) -> Vectors:
    """Return the fitted centres: (min(clusters, n), d)."""
    clusters = min(clusters, len(vectors))
    rows = vectors[sample_rows(len(vectors), per_cluster * clusters, seed)]
    centres = rows[np.random.default_rng(seed).choice(len(rows), clusters, replace=False)]
    groups = nearest_centres(rows, centres)
    for _ in range(rounds):
        centres = _mean_directions(rows, groups, centres)
        before, groups = groups, nearest_centres(rows, centres)
        if np.mean(before != groups) < 1e-3:
            break
    return centres


def nearest_centres(vectors: Vectors, centres: Vectors) -> Indices:
    """Return the index of each row's nearest centre, the first of several: (n,)."""
    groups = np.empty(len(vectors), np.int64)
    step = max(1, _BLOCK_VALUES // max(1, len(centres)))
    for start in range(0, len(vectors), step):
        groups[start : start + step] = (vectors[start : start + step] @ centres.T).argmax(axis=1)
    return groups


def _mean_directions(vectors: Vectors, groups: Indices, before: Vectors) -> Vectors:
    """Return the directions of the groups' sums; a group without rows keeps its centre."""
    sums = np.zeros_like(before)
    for start in range(0, len(vectors), _BLOCK):
        part = groups[start : start + _BLOCK]
        order = np.argsort(part, kind="stable")
        present, first = np.unique(part[order], return_index=True)
        sums[present] += np.add.reduceat(vectors[start : start + _BLOCK][order], first, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), before).astype(np.float32)
