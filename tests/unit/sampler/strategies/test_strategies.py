"""Strategies against plain references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_sampler.domain.pools.pool import Pool, pool_of
from shoal_sampler.domain.strategies import STRATEGIES
from shoal_sampler.domain.strategies.herding import herding
from shoal_sampler.domain.strategies.more_like_these import (
    campaign_similarities,
    example_similarity,
    more_like_these,
)
from shoal_sampler.domain.vectors.kernels import gaussian_kernel, kernel_scale

IN_TURNS = {"badge", "cluster_margin", "stratified", "typiclust"}  # best first inside each turn, or drawn


def unit_rows(seed: int, n: int, d: int = 8) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def coverage_of(chosen: np.ndarray, population: np.ndarray, scale: float) -> float:
    """Mean over the population of the kernel with the nearest chosen row, by loops."""
    total = 0.0
    for z in population:
        total += max((np.exp(-np.sum((z - c) ** 2) / (2 * scale)) for c in chosen), default=0.0)
    return total / len(population)


def plain_greedy(pool: Pool, k: int) -> list[int]:
    population = pool.population if len(pool.population) else pool.vectors
    scale = kernel_scale(population)
    picks: list[int] = []
    for _ in range(k):
        chosen = [*pool.chosen_vectors, *pool.vectors[picks]]
        before = coverage_of(chosen, population, scale)
        gains = [
            (coverage_of([*chosen, x], population, scale) - before) * pool.weights[i]
            if i not in picks
            else -1
            for i, x in enumerate(pool.vectors)
        ]
        picks.append(int(np.argmax(gains)))
    return picks


@pytest.mark.parametrize("seed", range(4))
def test_herding_equals_plain_greedy(seed: int) -> None:
    pool = pool_of(
        unit_rows(seed, 90),
        chosen_vectors=unit_rows(seed + 100, seed * 3),
        population=unit_rows(seed + 200, 40) if seed % 2 else None,
        weights=np.random.default_rng(seed).uniform(0.5, 2, 90).astype(np.float32),
    )
    assert herding(pool, 8).indices.tolist() == plain_greedy(pool, 8)


def test_herding_passes_over_what_is_covered_already() -> None:
    left, right = unit_rows(1, 1, 4), unit_rows(2, 1, 4)
    pool = pool_of(np.concatenate([left, right]), chosen_vectors=left)
    assert herding(pool, 1).indices.tolist() == [1]


def test_herding_gains_never_grow() -> None:
    gains = herding(pool_of(unit_rows(5, 300)), 40).scores
    assert (np.diff(gains) <= 1e-6).all()


@given(st.integers(0, 10_000), st.integers(0, 30), st.integers(1, 40), st.sampled_from(sorted(STRATEGIES)))
@settings(max_examples=80, deadline=None)
def test_every_strategy_returns_distinct_rows_best_first(seed: int, k: int, n: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    plain = pool_of(
        unit_rows(seed, n, 4),
        scores=rng.dirichlet(np.ones(3), n).astype(np.float32),
        draws=rng.random(n).astype(np.float32),
    )
    pool = Pool(
        vectors=plain.vectors,
        scores=plain.scores,
        draws=plain.draws,
        weights=plain.weights,
        chosen_vectors=plain.chosen_vectors,
        population=plain.population,
        examples=unit_rows(seed + 1, 2, 4),
        counter_examples=unit_rows(seed + 2, 1, 4),
    )
    ranking = STRATEGIES[name](pool, k)
    picks = ranking.indices.tolist()
    assert len(set(picks)) == len(picks) <= min(k, n)
    assert all(0 <= pick < n for pick in picks)
    if name not in IN_TURNS:
        assert (np.diff(ranking.scores) <= 1e-6).all()
    again = STRATEGIES[name](pool, k)
    assert again.indices.tolist() == picks


def test_ties_go_to_the_lower_draw_then_to_the_lower_index() -> None:
    same = np.repeat(unit_rows(0, 1), 3, axis=0)
    scores = np.full((3, 2), 0.5, np.float32)
    drawn = pool_of(same, scores=scores, draws=np.array([0.5, 0.1, 0.5], np.float32))
    for name in ("margin", "entropy", "least_confidence"):
        assert STRATEGIES[name](drawn, 3).indices.tolist() == [1, 0, 2]
    assert herding(drawn, 3).indices.tolist() == [1, 0, 2]


def test_candidates_without_scores_are_never_chosen_by_uncertainty() -> None:
    scores = np.array([[np.nan, np.nan], [0.9, 0.1], [0.6, 0.4]], np.float32)
    pool = pool_of(unit_rows(0, 3), scores=scores)
    for name in ("margin", "entropy", "least_confidence"):
        assert STRATEGIES[name](pool, 3).indices.tolist() == [2, 1]
    without = pool_of(unit_rows(0, 3))
    for name in ("margin", "entropy", "least_confidence"):
        assert len(STRATEGIES[name](without, 3)) == 0


def test_likeness_is_the_nearest_example_unless_a_counter_example_is_nearer() -> None:
    similarity = np.array([[0.9, 0.2, 0.5], [0.3, 0.4, 0.8]], np.float32)
    assert example_similarity(similarity, 2) == pytest.approx([0.9, -0.4])


def test_one_gemm_for_all_campaigns_equals_each_alone() -> None:
    vectors = unit_rows(0, 20)
    campaigns = [(unit_rows(i, 3), unit_rows(i + 50, i)) for i in range(4)]
    together = campaign_similarities(vectors, campaigns)
    for scores, (examples, counters) in zip(together, campaigns, strict=True):
        for score, x in zip(scores, vectors, strict=True):
            a = max(float(x @ e) for e in examples)
            b = max((float(x @ c) for c in counters), default=-2.0)
            assert score == pytest.approx(a if a >= b else a - b, abs=1e-6)


def test_more_like_these_needs_examples() -> None:
    with pytest.raises(ValueError, match="at least one example"):
        more_like_these(pool_of(unit_rows(0, 3)), 1)


def test_the_kernel_is_one_on_itself_and_falls_with_distance() -> None:
    rows = unit_rows(3, 50)
    scale = kernel_scale(rows)
    block = gaussian_kernel(rows, scale)(rows)
    assert np.diag(block) == pytest.approx(np.ones(50), abs=1e-3)
    squared = ((rows[:, None] - rows[None]) ** 2).sum(-1)
    assert block == pytest.approx(np.exp(-squared / (2 * scale)), abs=1e-3)
    assert scale == pytest.approx(0.25 * np.median(squared[np.triu_indices(50, 1)]), rel=1e-4)


@pytest.mark.parametrize("rows", [np.ones((1, 4)) / 2, np.ones((5, 4)) / 2])
def test_a_population_without_spread_still_has_a_scale(rows: np.ndarray) -> None:
    assert kernel_scale(rows.astype(np.float32)) > 0
