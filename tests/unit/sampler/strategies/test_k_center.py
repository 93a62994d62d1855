"""k-center against the plain traversal."""

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_sampler.domain.pools.pool import pool_of
from shoal_sampler.domain.strategies.k_center import k_center
from unit.sampler.poolkit import unit_rows

module = importlib.import_module("shoal_sampler.domain.strategies.k_center")


def traversal(
    vectors: np.ndarray, chosen: np.ndarray, weights: np.ndarray, first: int | None, k: int
) -> list[float]:
    """Return the worth of each pick, all distances anew; unlike indices it does not depend on ties."""
    squared = np.full(len(vectors), np.inf)
    for centre in chosen:
        squared = np.minimum(squared, ((vectors - centre) ** 2).sum(axis=1))
    picks, worths = list[int](), list[float]()
    for step in range(k):
        worth = squared * weights
        worth[picks] = -np.inf
        pick = first if step == 0 and first is not None else int(worth.argmax())
        picks.append(pick)
        worths.append(float(worth[pick]))
        squared = np.minimum(squared, ((vectors - vectors[pick]) ** 2).sum(axis=1))
    return worths


@given(st.integers(0, 10_000), st.integers(1, 120), st.integers(0, 5), st.integers(1, 40), st.booleans())
@settings(max_examples=60, deadline=None)
def test_equals_the_plain_traversal(seed: int, n: int, m: int, k: int, weighted: bool) -> None:
    weights = np.random.default_rng(seed).uniform(0.5, 2, n) if weighted else np.ones(n)
    vectors, chosen = unit_rows(seed, n, 6), unit_rows(seed + 1, m, 6)
    pool = pool_of(vectors, chosen_vectors=chosen, weights=weights.astype(np.float32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "REFRESH", 9)
        patch.setattr(module, "FRONT", 4)
        found = k_center(pool, k)
    first = None if m else int(found.indices[0])
    expected = traversal(vectors.astype(np.float64), chosen, weights, first, min(k, n))
    assert found.scores.tolist() == pytest.approx(expected, abs=1e-5)
    assert len(set(found.indices.tolist())) == min(k, n)


def test_the_first_is_central() -> None:
    vectors = np.concatenate([unit_rows(0, 1), unit_rows(0, 1) + 0.05 * unit_rows(1, 40)])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    first = int(k_center(pool_of(vectors), 1).indices[0])
    assert first == int((vectors @ vectors.mean(axis=0)).argmax())


def test_an_outlier_comes_second() -> None:
    near = unit_rows(0, 1) + 0.01 * unit_rows(1, 30)
    vectors = np.concatenate([near, -unit_rows(0, 1)])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    assert int(k_center(pool_of(vectors), 2).indices[1]) == 30
