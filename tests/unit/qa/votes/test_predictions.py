"""A model's predictions as one more voter."""

import numpy as np
import pytest

from shoal_qa.domain.consensus import consensus
from shoal_qa.domain.votes.arrays import UNKNOWN
from shoal_qa.domain.votes.predictions import LEVELS, with_predictions
from unit.qa.crowds import Crowd, honest


def scores(crowd: Crowd, right: float, seed: int) -> np.ndarray:
    """Return probabilities of a model that is right in `right` of cases, and more confident there."""
    rng = np.random.default_rng(seed)
    hit = rng.random(len(crowd.truth)) < right
    label = np.where(
        hit, crowd.truth, (crowd.truth + rng.integers(1, crowd.classes, len(hit))) % crowd.classes
    )
    sure = np.where(hit, rng.uniform(0.6, 1.0, len(hit)), rng.uniform(0.4, 0.8, len(hit)))
    out = np.repeat(((1 - sure) / (crowd.classes - 1))[:, None], crowd.classes, axis=1)
    out[np.arange(len(hit)), label] = sure
    return out


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return honest(80, tasks=1200, per_task=2, annotators=40)


def test_a_good_model_helps_where_votes_are_few(crowd: Crowd) -> None:
    alone = (consensus(crowd.votes).label == crowd.truth).mean()
    found = consensus(crowd.votes, predictions=scores(crowd, 0.85, 1))
    assert (found.label == crowd.truth).mean() > alone + 0.03
    assert len(found.skill) == crowd.annotators
    assert (
        np.diff(found.fitted.skill()[found.people :]) > 0
    ).all()  # more confident levels are right more often


def test_a_model_that_guesses_does_not_harm(crowd: Crowd) -> None:
    many = honest(81, tasks=800, per_task=5)
    alone = (consensus(many.votes).label == many.truth).mean()
    found = consensus(many.votes, predictions=np.random.default_rng(2).dirichlet(np.ones(3), 800))
    assert (found.label == many.truth).mean() > alone - 0.01
    assert found.fitted.skill()[found.people :].max() < 0.55


def test_votes_of_people_stay_as_they_are(crowd: Crowd) -> None:
    some = scores(crowd, 0.8, 3)
    some[::2] = np.nan
    both = with_predictions(crowd.votes, some)
    people = both.annotator < crowd.annotators
    np.testing.assert_array_equal(both.task[people], crowd.votes.task)
    np.testing.assert_array_equal(both.annotator[people], crowd.votes.annotator)
    np.testing.assert_array_equal(both.label[people], crowd.votes.label)
    np.testing.assert_array_equal(np.sort(both.task[~people]), np.arange(1, 1200, 2))
    assert both.annotators == crowd.annotators + LEVELS
    assert (both.label[~people] == some[both.task[~people]].argmax(axis=1)).all()


def test_no_predictions_and_equal_ones_are_no_trouble(crowd: Crowd) -> None:
    nothing = np.full((1200, crowd.classes), np.nan)
    votes = crowd.votes
    assert with_predictions(votes, nothing) is votes
    equal = np.tile([0.5, 0.3, 0.2], (1200, 1))
    assert with_predictions(crowd.votes, equal).annotators == crowd.annotators + 1
    with pytest.raises(ValueError, match="a column for each of 3 classes"):
        with_predictions(crowd.votes, equal[:, :2])


def test_gold_counts_beside_predictions(crowd: Crowd) -> None:
    gold = np.full(1200, UNKNOWN, np.int32)
    gold[:60] = crowd.truth[:60]
    found = consensus(crowd.votes, gold, predictions=scores(crowd, 0.85, 4))
    assert found.gold is not None
    assert len(found.gold.task) == 60
