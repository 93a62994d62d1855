"""Labels that lie unusually far off."""

import numpy as np
import pytest

from shoal_qa.domain.label_errors.places import far_labels, misplaced_labels


def distances(size: int, bad: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return distances around 0.1, and which of them are of wrong labels, spread evenly."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(size) < bad
    good = 1 / (1 + np.exp(-rng.normal(np.log(0.1 / 0.9), 0.5, size)))
    return np.where(wrong, rng.random(size), good), wrong


@pytest.mark.parametrize("bad", [0.02, 0.1, 0.2])
def test_the_probability_of_a_wrong_place_is_the_share_of_wrong_ones(bad: float) -> None:
    distance, wrong = distances(20_000, bad)
    doubt = misplaced_labels(distance, 0.3)
    assert doubt.sum() == pytest.approx(wrong.sum(), rel=0.35)
    sure = doubt > 0.9
    assert wrong[sure].mean() > 0.85
    assert sure.sum() > wrong.sum() / 3


def test_it_never_falls_with_the_distance() -> None:
    distance, _ = distances(2_000, 0.1)
    doubt = misplaced_labels(distance, 0.3)
    assert (np.diff(doubt[np.argsort(distance)]) >= 0).all()


def test_what_is_far_depends_on_the_others() -> None:
    tight = np.full(200, 0.03) + np.linspace(0, 0.02, 200)
    loose = np.linspace(0.1, 0.45, 200)
    assert misplaced_labels(np.append(tight, 0.4), 0.3)[-1] > 0.9
    assert misplaced_labels(np.append(loose, 0.4), 0.3)[-1] < 0.2


def test_unknown_and_few_distances() -> None:
    doubt = misplaced_labels(np.array([np.nan, 0.05, 0.9]), 0.3)
    assert doubt[0] == 0
    assert doubt[1] < 0.05 < doubt[2]
    assert misplaced_labels(np.array([np.nan]), 0.3).tolist() == [0.0]
    assert misplaced_labels(np.empty(0), 0.3).shape == (0,)


def test_equal_distances_are_all_right() -> None:
    assert misplaced_labels(np.zeros(100), 0.3).max() == 0.0


def test_numbers_gather_at_zero() -> None:
    rng = np.random.default_rng(1)
    wrong = rng.random(5_000) < 0.05
    distance = np.where(wrong, rng.random(5_000), np.abs(rng.normal(0, 0.02, 5_000)))
    doubt = far_labels(distance, 0.05)
    assert doubt.sum() == pytest.approx(wrong.sum(), rel=0.15)
    assert (np.diff(doubt[np.argsort(distance)]) >= 0).all()
    assert wrong[doubt > 0.9].mean() > 0.97
    assert far_labels(np.zeros(50), 0.05).max() == 0.0
    assert far_labels(np.empty(0), 0.05).shape == (0,)
