"""The next step of each task of a set: accept, one more vote of an average annotator, a review, or nothing more."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.sequential import Action, Kinds, StoppingRule, next_actions
from shoal_qa.domain.votes.arrays import Bools, Floats, VoteArrays

USUAL_VOTES = 5  # a task may have so many, or as many as any task of the set has
MOST = 100  # votes that are looked ahead to


def next_steps(
    votes: VoteArrays,
    posterior: Floats,
    accepted: Bools,
    confusion: Floats | None,
    good_enough: float,
    max_votes: int | None,
    review_price: float | None,
    calibration: Tempering,
) -> NDArray[np.int8]:
    """Return the next step of each task, further votes being those of an average annotator.

    confusion: expected votes, (classes, classes) as [truth, label]; None where classes are too many to look ahead.
    A label that seems good enough and is not accepted needs no more votes: known answers are what is missing.
    """
    count = votes.votes_per_task()
    most = max_votes or max(USUAL_VOTES, int(count.max(initial=0)))
    if confusion is None:
        action = np.where(count >= most, Action.FUTILE, Action.MORE)
    else:
        rule = StoppingRule(good_enough, 1, min(most, MOST), review_price=review_price)
        crowd = Kinds(_average_annotator(confusion)[None], np.ones(1))
        action = next_actions(posterior, count, crowd, rule, calibration).action
    action = np.where(action == Action.ACCEPT, Action.FUTILE, action)
    action = np.where(count == 0, Action.MORE, action)  # nobody was asked: that comes first
    return np.where(accepted, Action.ACCEPT, action).astype(np.int8)


def _average_annotator(confusion: Floats) -> Floats:
    """Return p(label | truth) of the crowd, (classes, classes), each row with a vote as the crowd's labels are."""
    popular = (confusion.sum(axis=0) + 1) / (confusion.sum() + len(confusion))
    return np.asarray((confusion + popular) / (confusion.sum(axis=1, keepdims=True) + 1))


def crowd_confusion(votes: VoteArrays, posterior: Floats) -> Floats:
    """Return the expected number of votes for each truth and label: (classes, classes)."""
    order = np.argsort(votes.label, kind="stable")
    edges = np.searchsorted(votes.label[order], np.arange(votes.classes + 1))
    columns = [posterior[votes.task[order[a:b]]].sum(axis=0) for a, b in pairwise(edges.tolist())]
    return np.stack(columns, axis=1)
