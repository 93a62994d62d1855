"""Intervals against tables and against scipy.stats."""

import numpy as np
import pytest
from scipy.stats import beta

from shoal_qa.domain.statistics.intervals import beta_quantile, clopper_pearson


def test_clopper_and_pearson_as_in_tables() -> None:
    assert clopper_pearson(5, 5)[0] == pytest.approx(0.4782, abs=1e-4)
    assert clopper_pearson(0, 10)[1] == pytest.approx(0.3085, abs=1e-4)
    assert clopper_pearson(8, 10) == pytest.approx((0.4439, 0.9748), abs=1e-4)


def test_arrays_and_numbers_have_the_same_intervals() -> None:
    right, total = np.array([0, 3, 2.5, 7, 0]), np.array([4, 3, 8.25, 9, 0])
    rows = [clopper_pearson(k, n) for k, n in zip(right, total, strict=True)]
    assert np.stack(clopper_pearson(right, total), axis=1) == pytest.approx(np.array(rows), abs=0)


def test_nothing_seen_says_nothing() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_more_right_than_there_are_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="total"):
        clopper_pearson(3, 2)


def test_quantiles_of_a_sure_thing() -> None:
    assert beta_quantile(0.025, 0, 5) == 0
    assert beta_quantile(0.975, 5, 0) == 1
    assert beta_quantile(0.3, 2.5, 4) == pytest.approx(beta.ppf(0.3, 2.5, 4))
