"""Calibration of whole answers."""

import numpy as np
import pytest

from shoal_qa.domain.answers.odds import Odds, calibrate_answers, fit_odds


def test_without_gold_the_default_stays_and_is_cautious() -> None:
    odds, gold = calibrate_answers(Odds(), np.empty(0), np.empty(0, np.bool_))
    assert (odds, gold) == (Odds(), None)
    assert odds.apply(np.array([0.99]))[0] < 0.99
    assert odds.apply(np.array([0.5]))[0] == pytest.approx(0.5)


@pytest.mark.parametrize(("slope", "offset"), [(0.4, 0.0), (1.5, -1.0), (0.8, 1.5)])
def test_much_gold_finds_the_slope_and_offset(slope: float, offset: float) -> None:
    rng = np.random.default_rng(0)
    claimed = rng.uniform(0.02, 0.98, 20_000)
    right = rng.random(20_000) < Odds(slope=slope, offset=offset).apply(claimed)
    found = fit_odds(Odds(), claimed, right)
    assert found.slope == pytest.approx(slope, abs=0.07)
    assert found.offset == pytest.approx(offset, abs=0.07)


def test_little_gold_moves_the_default_a_little() -> None:
    found = fit_odds(Odds(), np.array([0.9, 0.9]), np.array([True, True]))
    assert abs(found.slope - Odds().slope) < 0.3
    assert 0 < found.offset < 1


def test_gold_answers_are_calibrated_by_the_gold_of_other_folds() -> None:
    claimed = np.full(10, 0.9)
    right = np.arange(10) < 5
    _, gold = calibrate_answers(Odds(), claimed, right)
    assert gold is not None
    assert gold.right.tolist() == right.tolist()
    wrong_elsewhere = gold.probability[right].mean()  # folds without a right answer see more wrong ones
    assert wrong_elsewhere <= gold.probability[~right].mean()
