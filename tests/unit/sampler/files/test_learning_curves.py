"""Intervals of learning curves over few and many seeds."""

import numpy as np
import pytest
from scipy.stats import t

from shoal_sampler.usecases.files.learning_curves import mean_interval


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
