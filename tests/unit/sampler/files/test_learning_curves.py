"""Intervals of learning curves over few and many seeds."""

import numpy as np
import pytest
from scipy.stats import t

from shoal.files.errors import BadInput
from shoal_sampler.usecases.files.learning_curves import (
    default_budgets,
    mean_interval,
    simulate_strategies,
    split_rows,
)


@pytest.mark.parametrize("seeds", [2, 5, 11, 40])
def test_intervals_hold_the_mean_in_95_of_100_runs(seeds: int) -> None:
    runs = np.random.default_rng(seeds).normal(0.8, 0.05, (4000, seeds))
    bounds = np.array([mean_interval(run) for run in runs])
    assert np.mean((bounds[:, 1] <= 0.8) & (bounds[:, 2] >= 0.8)) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize("seeds", [2, 10, 11, 200])
def test_width_is_student_s_t_at_any_number_of_seeds(seeds: int) -> None:
    values = np.random.default_rng(0).random(seeds)
    mean, low, high = mean_interval(values)
    half = t.ppf(0.975, seeds - 1) * values.std(ddof=1) / seeds**0.5
    assert (mean - low, high - mean) == pytest.approx((half, half))


def test_one_seed_has_no_width() -> None:
    assert mean_interval(np.array([0.7])) == (0.7, 0.7, 0.7)


@pytest.mark.parametrize(
    ("rows", "budgets"),
    [
        (3, [1, 2]),
        (7, [1, 2, 4]),
        (21, [2, 4, 8]),
        (140, [14, 28, 56]),
        (499, [49, 98, 196]),
        (500, [100, 200, 400]),
        (10**6, [100, 200, 400]),
    ],
)
def test_default_budgets_fit_the_rows(rows: int, budgets: list[int]) -> None:
    assert default_budgets(rows) == budgets


@pytest.mark.parametrize("rows", [4, 5, 9, 17, 30, 64, 200])
@pytest.mark.parametrize("rare", [False, True])
def test_a_small_file_has_curves(rows: int, rare: bool) -> None:
    """With `rare`, one class has a single row."""
    labels = ["ab"[row % 2] for row in range(rows)]
    labels[-1] = "c" if rare else labels[-1]
    vectors = np.random.default_rng(rows).normal(size=(rows, 6)).astype(np.float32)
    data, test = split_rows(vectors, labels, None, 0)
    budgets = default_budgets(len(data.labels))
    for curve in simulate_strategies(
        data, test, strategies=["random", "auto", "herding", "margin"], budgets=budgets, seeds=2
    ):
        assert curve.accuracy.shape == (2, len(budgets))
        assert np.isfinite(curve.accuracy).all()
        assert np.isfinite(curve.macro_f1).all()


@pytest.mark.parametrize(
    ("labels", "words"), [(["a"] * 9, "at least two classes"), (["a", "b"], "4 rows or more")]
)
def test_what_cannot_be_simulated_is_refused(labels: list[str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        split_rows(np.ones((len(labels), 3), np.float32), labels, None, 0)
