"""Groups of near duplicates against all pairs."""

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_sampler.domain.pools.near_duplicates import connected_components, exact_repeats, near_duplicates
from unit.sampler.poolkit import unit_rows

module = importlib.import_module("shoal_sampler.domain.pools.near_duplicates")


def by_search(n: int, edges: list[tuple[int, int]]) -> list[int]:
    """Return the lowest row of each component, by depth-first search."""
    group = [-1] * n
    for start in range(n):
        stack = [start] if group[start] < 0 else []
        while stack:
            row = stack.pop()
            if group[row] < 0:
                group[row] = start
                stack += [b if a == row else a for a, b in edges if row in (a, b)]
    return group


@given(st.integers(1, 25), st.data())
@settings(max_examples=80, deadline=None)
def test_components_are_those_of_a_search(n: int, data: st.DataObject) -> None:
    row = st.integers(0, n - 1)
    edges = data.draw(st.lists(st.tuples(row, row), max_size=40))
    left, right = np.array([e[0] for e in edges], int), np.array([e[1] for e in edges], int)
    assert connected_components(np.arange(n), left, right).tolist() == by_search(n, edges)


def crowd(seed: int, n: int) -> np.ndarray:
    """Return rows of which a third repeats another, exactly or nearly."""
    rng = np.random.default_rng(seed)
    rows = unit_rows(seed, n, 24)
    near = rng.permutation(n)[: n // 3]
    source = rng.integers(0, n, len(near))
    rows[near] = rows[source] + 0.08 * rng.choice([0, 1], (len(near), 1)) * unit_rows(seed + 1, len(near), 24)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_small_pools_are_compared_in_full() -> None:
    rows = crowd(0, 300)
    near = rows.astype(np.float64) @ rows.T >= 0.97
    expected = by_search(300, [(int(a), int(b)) for a, b in zip(*np.nonzero(near), strict=True) if a < b])
    found = near_duplicates(rows, 0.97)
    assert found.group.tolist() == expected
    assert found.recall == 1.0


@pytest.mark.parametrize("seed", range(3))
def test_large_pools_find_nearly_all_pairs_and_say_how_many(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rows = crowd(seed, 6000)
    full = near_duplicates(rows, 0.97).group
    monkeypatch.setattr(module, "EXHAUSTIVE_ROWS", 100)
    found = near_duplicates(rows, 0.97, seed=seed)
    assert found.recall >= 0.99
    assert (found.group == full).mean() >= 0.99
    assert len(np.unique(found.group)) >= len(np.unique(full))  # nothing is joined that is not near


def test_exact_repeats_are_found_by_their_bytes() -> None:
    rows = unit_rows(0, 5)[[0, 1, 0, 2, 1, 0]]
    first, inverse = exact_repeats(rows)
    assert first.tolist() == [0, 1, 3]
    assert first[inverse].tolist() == [0, 1, 0, 3, 1, 0]


def test_ten_thousand_copies_of_one_row_are_one_group() -> None:
    rows = np.repeat(unit_rows(0, 1), 10_000, axis=0)
    assert (near_duplicates(rows, 0.9).group == 0).all()
