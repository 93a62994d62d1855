"""Reliability in bins: a slow reference, calibrated and overconfident answers, ties and edge cases."""

import numpy as np
import pytest

from shoal_qa.domain.calibration.reliability import reliability
from shoal_qa.domain.statistics.intervals import clopper_pearson


def slow_error(confidence: np.ndarray, right: np.ndarray, bins: int) -> float:
    """Return the error by a loop over bins; confidences are distinct."""
    ranks = {value: rank for rank, value in enumerate(sorted(confidence))}
    total = 0.0
    for b in range(bins):
        members = [i for i, value in enumerate(confidence) if ranks[value] * bins // len(confidence) == b]
        if members:
            gap = np.mean([right[i] for i in members]) - np.mean([confidence[i] for i in members])
            total += len(members) / len(confidence) * abs(gap)
    return total


def test_a_loop_over_bins_agrees() -> None:
    rng = np.random.default_rng(0)
    for n in (1, 7, 40, 333):
        confidence, right = rng.random(n), rng.random(n) < 0.6
        for bins in (1, 3, 10):
            expected = slow_error(confidence, right, bins)
            assert reliability(confidence, right, bins).error == pytest.approx(expected, abs=1e-12)


def test_honest_answers_have_their_confidence_inside_the_intervals() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.beta(4, 1, 20_000)
    table = reliability(confidence, rng.random(20_000) < confidence)
    inside = (table.low <= table.confidence) & (table.confidence <= table.high)
    assert inside.mean() >= 0.8
    assert table.error < 0.02
    assert table.count.sum() == 20_000
    assert (np.diff(table.confidence) > 0).all()


def test_boasting_shows() -> None:
    rng = np.random.default_rng(2)
    right = rng.random(5000) < 0.7
    table = reliability(np.full(5000, 0.99), right)
    assert table.error == pytest.approx(0.99 - right.mean())
    assert table.count.tolist() == [5000]  # equal confidences are one bin
    assert (table.low[0], table.high[0]) == clopper_pearson(float(right.sum()), 5000.0)


def test_no_answers() -> None:
    assert reliability(np.zeros(0), np.zeros(0, bool)).error == 0


@pytest.mark.parametrize(
    ("confidence", "right", "bins", "message"),
    [
        ([0.5, 0.6], [True], 5, "needs as many of both"),
        ([1.5], [True], 5, "between 0 and 1"),
        ([np.nan], [True], 5, "between 0 and 1"),
        ([0.5], [True], 0, "bins must be at least 1"),
    ],
)
def test_bad_input_is_named(confidence: list[float], right: list[bool], bins: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reliability(np.array(confidence), np.array(right), bins)
