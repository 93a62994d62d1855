"""Rows of a group that stay, and the rows that they stand for."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_sampler.domain.pools import representatives
from shoal_sampler.domain.pools.near_duplicates import near_duplicates
from shoal_sampler.domain.pools.representatives import choose_representatives


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def first_come(vectors: np.ndarray, similarity: float) -> list[int]:
    """Return the rows that stay, one by one."""
    rows: list[int] = []
    for index, vector in enumerate(vectors):
        if not any(vector @ vectors[row] >= similarity for row in rows):
            rows.append(index)
    return rows


@given(st.integers(1, 60), st.integers(1, 3), st.floats(-0.5, 0.99), st.integers(0, 2**31))
@settings(max_examples=150, deadline=None)
def test_every_row_is_near_its_representative_and_those_that_stay_are_apart(
    n: int, clusters: int, similarity: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(clusters, 3))
    vectors = unit(centres[rng.integers(0, clusters, n)] + 0.3 * rng.normal(size=(n, 3)))
    groups = near_duplicates(vectors, similarity).group
    chosen = choose_representatives(vectors, groups, similarity)
    stays = np.flatnonzero(chosen.stays())
    assert stays.tolist() == first_come(vectors, similarity)
    assert (chosen.row[stays] == stays).all()
    assert np.isin(chosen.row, stays).all()
    assert (chosen.similarity >= similarity - 1e-5).all()
    cosines = (vectors * vectors[chosen.row]).sum(axis=1)
    assert np.allclose(chosen.similarity, cosines, atol=1e-5)
    nearest = np.where(groups[:, None] == groups[stays], vectors @ vectors[stays].T, -2).max(axis=1)
    assert np.allclose(chosen.similarity, nearest, atol=1e-5)


def test_a_chain_keeps_a_row_for_every_stretch_of_it() -> None:
    angles = np.radians(np.arange(0, 300, 5))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    chosen = choose_representatives(vectors, np.zeros(60, np.int64), 0.97)
    assert int(chosen.stays().sum()) == 20
    assert chosen.similarity.min() >= 0.97


def test_groups_larger_than_a_block_give_the_same_rows() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(3 * representatives._BLOCK, 3)))
    chosen = choose_representatives(vectors, np.zeros(len(vectors), np.int64), 0.995)
    assert np.flatnonzero(chosen.stays()).tolist() == first_come(vectors, 0.995)


def test_rows_of_different_groups_never_stand_for_each_other() -> None:
    vectors = unit(np.ones((4, 2)))
    chosen = choose_representatives(vectors, np.array([0, 1, 0, 1]), 0.9)
    assert chosen.row.tolist() == [0, 1, 0, 1]
