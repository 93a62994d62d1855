"""The effect of the price of a review on votes, reviews, accuracy and cost of a project."""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.replay import Replay
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, Ints

REVIEW_PRICES = (2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOutcome:
    """Means per task under one rule.

    accuracy: of all labels, reviewed ones taken as right. accepted_accuracy: of labels accepted by votes, NaN
    without any. cost: votes and reviews at their prices.
    """

    review_price: float | None
    votes: float
    reviewed: float  # share of the tasks
    accuracy: float
    accepted: float  # share of the tasks
    accepted_accuracy: float
    cost: float


def replay_price(replay: Replay, answers: Ints, rule: StoppingRule, tempering: Tempering) -> PriceOutcome:
    """Return the outcome of a project with this rule.

    answers: (tasks,), the answers that count as right, or UNKNOWN. Gold tasks and those without votes are not
    measured. Raises ValueError if no task is left to measure.
    """
    measured = (answers != UNKNOWN) & (replay.gold == UNKNOWN) & (replay.available > 0)
    if not measured.any():
        raise ValueError("no task with votes and an answer to measure on that is not gold")
    claimed = replay.until_all_stop(rule, tempering)
    spent = replay.spent[measured]
    right = (claimed.argmax(axis=1) == answers)[measured]
    sure = tempering.apply(claimed, replay.spent).max(axis=1)[measured]
    accepted = (spent >= rule.min_votes) & (sure >= (rule.threshold or np.inf))
    reviewed = np.zeros(len(spent), np.bool_) if rule.review_price is None else ~accepted
    price = rule.vote_price * spent.mean() + (rule.review_price or 0.0) * reviewed.mean()
    return PriceOutcome(
        review_price=rule.review_price,
        votes=float(spent.mean()),
        reviewed=float(reviewed.mean()),
        accuracy=float((right | reviewed).mean()),
        accepted=float(accepted.mean()),
        accepted_accuracy=float(right[accepted].mean()) if accepted.any() else float("nan"),
        cost=float(price),
    )
