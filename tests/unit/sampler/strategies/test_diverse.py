"""BADGE, cluster-margin, TypiClust and the groups under them, against plain references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.clustering import k_means
from shoal_sampler.domain.pools.pool import pool_of
from shoal_sampler.domain.strategies.badge import badge
from shoal_sampler.domain.strategies.cluster_margin import cluster_margin
from shoal_sampler.domain.strategies.typiclust import cluster_typicality, typical_of_clusters
from unit.sampler.poolkit import scored, unit_rows


def gradients(vectors: np.ndarray, p: np.ndarray) -> np.ndarray:
    hot = np.eye(p.shape[1])[p.argmax(axis=1)]
    return np.stack([np.outer(row, x).ravel() for row, x in zip(p - hot, vectors, strict=True)])


def test_badge_starts_at_the_largest_gradient_and_scores_are_squared_distances() -> None:
    pool = scored(2, 60)
    g = gradients(pool.vectors, pool.scores)
    found = badge(pool, 12)
    assert found.indices[0] == (g**2).sum(axis=1).argmax()
    for place in range(1, 12):
        before = g[found.indices[:place]]
        nearest = ((before - g[found.indices[place]]) ** 2).sum(axis=1).min()
        assert found.scores[place] == pytest.approx(nearest, abs=1e-4)


def test_badge_draws_in_proportion_to_squared_distances() -> None:
    """The third pick, given the first two: 4,000 draws against the exact distribution, chi-squared."""
    pool = scored(5, 12, classes=3)
    g = gradients(pool.vectors, pool.scores)
    first = int((g**2).sum(axis=1).argmax())
    counts: dict[int, np.ndarray] = {}
    for seed in range(4000):
        picks = badge(pool_of(pool.vectors, scores=pool.scores, seed=seed), 3).indices
        counts.setdefault(int(picks[1]), np.zeros(12))[int(picks[2])] += 1
    second = max(counts, key=lambda each: counts[each].sum())
    squared = np.minimum(((g - g[first]) ** 2).sum(axis=1), ((g - g[second]) ** 2).sum(axis=1))
    expected = squared / squared.sum() * counts[second].sum()
    seen = expected > 5
    statistic = ((counts[second][seen] - expected[seen]) ** 2 / expected[seen]).sum()
    assert statistic < 31.3  # 99.9 % of chi-squared with 11 degrees of freedom


def test_badge_fills_up_where_all_gradients_are_equal() -> None:
    same = pool_of(np.repeat(unit_rows(0, 1), 5, axis=0), scores=np.full((5, 2), 0.5, np.float32))
    assert sorted(badge(same, 5).indices.tolist()) == [0, 1, 2, 3, 4]


def test_typicality_is_the_inverse_mean_distance_to_the_neighbours() -> None:
    rows = unit_rows(3, 50)
    distances = np.sqrt(((rows[:, None] - rows[None]) ** 2).sum(-1))
    distances.sort(axis=1)
    assert cluster_typicality(rows, 0) == pytest.approx(1 / distances[:, 1:21].mean(axis=1), rel=1e-3)


def test_typiclust_takes_one_from_each_group_and_avoids_what_is_chosen() -> None:
    centres = np.eye(6, dtype=np.float32)
    rows = np.concatenate([c + 0.05 * unit_rows(i, 20, 6) for i, c in enumerate(centres)])
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    picks = typical_of_clusters(pool_of(rows, chosen_vectors=centres[:2]), 4).indices
    assert len({int(pick) // 20 for pick in picks} - {0, 1}) >= 3


def test_cluster_margin_spreads_small_margins_over_groups() -> None:
    pool = scored(9, 400)
    found = cluster_margin(pool, 20)
    worst = np.sort(margin_uncertainty(pool.scores))[-200]
    assert margin_uncertainty(pool.scores)[found.indices].min() >= worst
    similarity = pool.vectors[found.indices] @ pool.vectors[found.indices].T
    plain = np.argsort(-margin_uncertainty(pool.scores))[:20]
    nearest = pool.vectors[plain] @ pool.vectors[plain].T
    np.fill_diagonal(similarity, -1)
    np.fill_diagonal(nearest, -1)
    assert similarity.max(axis=1).mean() < nearest.max(axis=1).mean()


@given(st.integers(0, 1000), st.integers(1, 60), st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_k_means_puts_every_row_to_its_nearest_centre(seed: int, n: int, clusters: int) -> None:
    rows = unit_rows(seed, n, 5)
    groups = k_means(rows, clusters, seed)
    assert groups.shape == (n,)
    assert 0 <= groups.min() <= groups.max() < min(clusters, n)
    assert (k_means(rows, clusters, seed) == groups).all()


def test_k_means_finds_groups_that_are_there() -> None:
    centres = np.eye(5, dtype=np.float32)
    rows = np.concatenate([c + 0.05 * unit_rows(i, 40, 5) for i, c in enumerate(centres)])
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    groups = k_means(rows, 12, 0)
    assert all(len(set(groups[groups == g])) == 1 for g in set(groups.tolist()))
    assert all(
        len({int(row) // 40 for row in np.flatnonzero(groups == g)}) == 1 for g in set(groups.tolist())
    )
