"""What further votes could make of a task, against fits of tasks that have these votes."""

import numpy as np
import pytest

from shoal_qa.domain.arrays import UNKNOWN, VoteArrays
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.outlook import hope, next_actions
from unit.qa.crowds import honest


@pytest.mark.parametrize("model", ["majority", "dawid-skene", "one-coin"])
def test_hope_is_the_probability_after_agreeing_votes(model: str) -> None:
    votes = honest(0, tasks=60).votes
    fitted = MODELS[model].fit(votes)
    label = fitted.log_posterior(votes).argmax(axis=1).astype(np.int32)
    label[7] = UNKNOWN
    hoped = hope(fitted, votes, label, 1.0, 2)
    assert hoped[7] == 0
    for task in range(0, 60, 9):
        own = votes.task == task
        who = np.append(votes.annotator[own], [UNKNOWN, UNKNOWN]).astype(np.int32)
        said = np.append(votes.label[own], [label[task], label[task]]).astype(np.int32)
        alone = VoteArrays(np.zeros(len(who), np.int32), who, said, 1, votes.annotators, votes.classes)
        assert hoped[task] == pytest.approx(np.exp(fitted.log_posterior(alone))[0, label[task]])


def test_hope_rises_with_votes() -> None:
    votes = honest(0, tasks=60).votes
    fitted = MODELS["dawid-skene"].fit(votes)
    label = fitted.log_posterior(votes).argmax(axis=1).astype(np.int32)
    some = [hope(fitted, votes, label, 2.0, further) for further in (0, 1, 3)]
    assert (np.diff(some, axis=0) >= -1e-12).all()


def test_actions_by_hand() -> None:
    label = np.array([0, 1, 0, UNKNOWN], np.int32)
    accepted = np.array([True, False, False, False])
    found = next_actions(label, accepted, np.array([1.0, 0.9, 0.89, 0.0]), 0.9)
    assert found.tolist() == ["accept", "more", "review", "more"]
