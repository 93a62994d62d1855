"""Intervals against tables and simulated trials."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import beta

from shoal_qa.domain.statistics.intervals import beta_quantile, clopper_pearson, jeffreys

Interval = Callable[[float, float], tuple[np.ndarray, np.ndarray]]


def test_clopper_and_pearson_as_in_tables() -> None:
    assert clopper_pearson(5, 5)[0] == pytest.approx(0.4782, abs=1e-4)
    assert clopper_pearson(0, 10)[1] == pytest.approx(0.3085, abs=1e-4)
    assert clopper_pearson(8, 10) == pytest.approx((0.4439, 0.9748), abs=1e-4)


def test_arrays_and_numbers_have_the_same_intervals() -> None:
    right, total = np.array([0, 3, 2.5, 7, 0]), np.array([4, 3, 8.25, 9, 0])
    for interval in (clopper_pearson, jeffreys):
        rows = [interval(k, n) for k, n in zip(right, total, strict=True)]
        assert np.stack(interval(right, total), axis=1) == pytest.approx(np.array(rows), abs=0)


@pytest.mark.parametrize("interval", [clopper_pearson, jeffreys])
def test_nothing_seen_says_nothing(interval: Interval) -> None:
    assert interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("interval", [clopper_pearson, jeffreys])
def test_more_right_than_there_are_trials_are_refused(interval: Interval) -> None:
    with pytest.raises(ValueError, match="total"):
        interval(3, 2)


def test_quantiles_of_a_sure_thing() -> None:
    assert beta_quantile(0.025, 0, 5) == 0
    assert beta_quantile(0.975, 5, 0) == 1
    assert beta_quantile(0.3, 2.5, 4) == pytest.approx(beta.ppf(0.3, 2.5, 4))


@pytest.mark.parametrize("trials", [5, 20, 100])
def test_jeffreys_interval_holds_95_of_100_rates_between_its_own_two_sure_ends(trials: int) -> None:
    """Rates drawn as the prior has them. All right and all wrong have one-sided intervals, of 97.5 %."""
    rng = np.random.default_rng(trials)
    rate = rng.beta(0.5, 0.5, 50_000)
    right = rng.binomial(trials, rate)
    low, high = jeffreys(right, trials)
    sure = (right == 0) | (right == trials)
    held = (low <= rate) & (rate <= high)
    assert np.mean(held[~sure]) == pytest.approx(0.95, abs=0.006)
    assert np.mean(held[sure]) == pytest.approx(0.975, abs=0.006)
