"""The differences between annotators are estimated from votes, without any truth."""

import numpy as np
import pytest

from shoal_qa.domain.models.credibility import BELIEVED, MOST, votes_for_habits, votes_for_skill
from shoal_qa.domain.models.priors import Hierarchical, Merged
from shoal_qa.domain.votes.arrays import VoteArrays
from unit.qa.crowds import YesNo, yes_no

ALIKE, DIFFER = YesNo(tasks=5000), YesNo(tasks=5000, differ=1.2)
HABITS = YesNo(tasks=5000, habit=1.0)


def test_habits_are_the_moment_estimate() -> None:
    crowd = yes_no(YesNo(tasks=60, annotators=7, habit=1.0), 3)
    given = [crowd.label[crowd.annotator == a] for a in range(7)]
    sizes, means = np.array([len(labels) for labels in given]), np.array([labels.mean() for labels in given])
    within = sum(((labels - labels.mean()) ** 2).sum() for labels in given) / (sizes.sum() - 7)
    between = (sizes * (means - crowd.label.mean()) ** 2).sum() / 6
    even = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / 6
    expected = BELIEVED * within / ((between - within) / even)
    assert votes_for_habits(crowd.votes) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_annotators_who_are_alike_are_the_crowd(seed: int) -> None:
    alike, differ = (votes_for_skill(yes_no(kind, seed).votes) for kind in (ALIKE, DIFFER))
    assert differ < 15 < 200 < alike


@pytest.mark.parametrize("seed", range(3))
def test_habits_of_their_own_are_told_from_skill(seed: int) -> None:
    alike, habits = (votes_for_habits(yes_no(kind, seed).votes) for kind in (ALIKE, HABITS))
    assert habits < 15 < 200 < alike


def test_too_few_votes_show_no_difference() -> None:
    none = np.zeros(0, np.int32)
    one = np.zeros(1, np.int32)
    for votes in (
        VoteArrays(task=none, annotator=none, label=none, tasks=0, annotators=0, classes=2),
        VoteArrays(task=one, annotator=one, label=one, tasks=1, annotators=1, classes=2),
    ):
        assert votes_for_skill(votes) == MOST
        assert votes_for_habits(votes) == MOST


def test_a_prior_grows_where_annotators_are_alike_and_never_shrinks() -> None:
    for prior in (Merged(), Hierarchical()):
        votes = yes_no(ALIKE, 0).votes
        assert prior.suited_to(votes).coin == max(prior.coin, votes_for_skill(votes))
    sharp = Hierarchical(coin=MOST, row=MOST)
    assert sharp.suited_to(yes_no(DIFFER, 0).votes) == sharp
