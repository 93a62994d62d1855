"""The next step of tasks: accept, one more vote, an expert's review, or futile.

- accept: at least min_votes, and the calibrated probability of the best class reaches the threshold;
- more: fewer than min_votes, or one more vote is worth its price (rule.py), if annotators vote as they did so
  far (lookahead.py). Before the first fit of annotators, votes are bought up to the maximum;
- review: the votes are used up or not worth their price, and there are experts;
- futile: the same without experts; or the goal is reached and only gold could certify it.

Tasks do not depend on each other. O(tasks x kinds x (classes + votes left^2)).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.crowd import Crowd
from shoal_qa.domain.stopping.lookahead import Standing, chance_to_overturn, chance_to_reach
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.votes.arrays import Bools, Floats, Ints

CHUNK = 20_000  # tasks at a time
HORIZON = 10  # most votes to look ahead
ROUNDING = 1e-12  # a threshold may be the probability of a task, which other sums of the same votes round


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The next steps of tasks. Every array is (tasks,)."""

    action: NDArray[np.int8]  # an Action
    reach: Floats  # chance that the votes left reach the level; NaN if it was not needed


@dataclass(frozen=True, slots=True)
class Foresight:
    """The prediction of further votes: annotators and calibration. crowd: None before the first fit."""

    crowd: Crowd | None
    tempering: Tempering


def next_steps(
    posterior: Floats, votes: Ints, *, most: Ints, rule: StoppingRule, foresight: Foresight
) -> NextSteps:
    """Return the next step of each task.

    posterior: (tasks, classes), calibrated by `tempering`. votes, most: (tasks,), votes so far and at most.
    Raises ValueError for arrays that do not fit together.
    """
    if not posterior.ndim == 2 or not len(posterior) == len(votes) == len(most):
        raise ValueError(f"needs a row of probabilities for each task: {posterior.shape} for {len(votes)}")
    crowd = foresight.crowd
    if crowd is not None and posterior.shape[1] != crowd.confusion.shape[1]:
        raise ValueError("posterior and confusions must be about the same classes")
    level = np.inf if rule.level is None else rule.level
    sure = (votes >= rule.min_votes) & (posterior.max(axis=1, initial=0.0) >= level - ROUNDING)
    more, reach = ~sure & (votes < most), np.full(len(votes), np.nan)
    if crowd is not None and rule.level is not None:
        open_tasks = np.flatnonzero(more)
        for start in range(0, len(open_tasks), CHUNK):
            rows = open_tasks[start : start + CHUNK]
            left = np.minimum(most[rows] - votes[rows], HORIZON).astype(np.int32)
            tasks = Standing(
                posterior=posterior[rows], votes=votes[rows], left=left, tempering=foresight.tempering
            )
            worth, reach[rows] = _worth_votes(tasks, crowd, rule, rule.level)
            more[rows] = worth | (votes[rows] < rule.min_votes)
    enough = Action.FUTILE if rule.threshold is None else Action.ACCEPT
    stuck = Action.FUTILE if rule.review_price is None else Action.REVIEW
    return NextSteps(np.select([sure, more], [enough, Action.MORE], default=stuck).astype(np.int8), reach)


def _worth_votes(tasks: Standing, crowd: Crowd, rule: StoppingRule, level: float) -> tuple[Bools, Floats]:
    """Return whether tasks are worth one more vote, and the chance that the votes left reach the level."""
    reach = chance_to_reach(tasks, crowd, level, rule.min_votes)
    overturn = np.zeros(len(reach)) if rule.review_price is not None else chance_to_overturn(tasks, crowd)
    return rule.worth_votes(reach, overturn), reach[:, -1]
