"""Objects that are there or not, by labels and scores."""

import numpy as np
import pytest

from shoal_qa.domain.label_errors.presence import doubt_unpredicted, fit_scores


def scored(size: int, *, shift: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, labels with errors, and what is there. shift: added to honest log odds."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(0.5, 2.5, size)
    there = rng.random(size) < 1 / (1 + np.exp(-logit))
    labelled = np.where(there, rng.random(size) < 0.93, rng.random(size) < 0.01)
    return 1 / (1 + np.exp(-(logit + shift))), labelled, there


@pytest.mark.parametrize("shift", [-2.0, 0.0, 2.0])
def test_the_probability_that_an_object_is_there_holds_for_timid_and_bold_scores(shift: float) -> None:
    score, labelled, there = scored(40_000, shift=shift)
    p = fit_scores(labelled, score).right(labelled, score)
    missing = ~labelled
    assert p[missing].sum() == pytest.approx(there[missing].sum(), rel=0.25)
    band = (p > 0.6) & (p < 0.95) & missing
    assert there[band].mean() == pytest.approx(p[band].mean(), abs=0.12)


def test_unlabelled_predictions_are_ranked_by_their_score() -> None:
    score, labelled, _ = scored(2_000, shift=0.0)
    p = fit_scores(labelled, score).right(labelled, score)[~labelled]
    assert (np.diff(p[np.argsort(score[~labelled])]) >= 0).all()


def test_labels_invent_what_they_miss_and_more_where_predictions_rarely_miss() -> None:
    label = np.repeat([0, 1], 500).astype(np.int32)
    predicted = np.ones(1000, np.bool_)
    predicted[:5] = predicted[500:600] = False  # 1 % of class 0, 20 % of class 1
    doubt = doubt_unpredicted(label, predicted, 8.0)
    assert (doubt[predicted] == 0).all()
    assert doubt[0] > 3 * doubt[500]
    assert doubt.sum() == pytest.approx(8.0, rel=0.4)
    assert doubt.max() <= 0.95
