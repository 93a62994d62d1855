"""The rule that decides on votes, reviews and acceptance of a task, in the service and over files."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from shoal_qa.domain.votes.arrays import Bools, Floats


class Action(IntEnum):
    """The next step of a task."""

    ACCEPT = 0
    MORE = 1
    REVIEW = 2
    FUTILE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """A project's thresholds and prices. Probabilities are calibrated ones.

    threshold: None while no certificate gives one. Then nothing is accepted, and votes are bought until a
    task reaches `goal`, or without a goal up to max_votes. review_price: None means no experts.
    """

    threshold: float | None = 0.9
    goal: float | None = None
    min_votes: int = 2
    max_votes: int = 5
    futile_below: float = 0.05  # without experts: a smaller chance is not worth a vote
    vote_price: float = 1.0
    review_price: float | None = None  # in the unit of vote_price

    def __post_init__(self) -> None:
        if not 1 <= self.min_votes <= self.max_votes <= 100:
            raise ValueError("needs 1 <= min_votes <= max_votes <= 100")
        if any(level is not None and not 0 < level <= 1 for level in (self.threshold, self.goal)):
            raise ValueError("needs 0 < threshold <= 1, and the same of the goal")
        if not 0 <= self.futile_below < 1:
            raise ValueError("needs 0 <= futile_below < 1")
        if not self.vote_price > 0 or (self.review_price is not None and not self.review_price > 0):
            raise ValueError("the price of a vote and of a review must be above 0")

    @property
    def level(self) -> float | None:
        """Return the probability that votes should reach."""
        return self.goal if self.threshold is None else self.threshold

    def worth_votes(self, reach: Floats, overturn: Floats) -> Bools:
        """Return whether tasks are worth one more vote: (tasks,).

        reach: (tasks, steps), the chance that 1, 2, ... further votes reach the level, stopping when they do.
        overturn: (tasks,), the chance that all of them change the most probable class.

        With experts, buying up to m votes and a review if they fail costs less than a review now, for some m:

            vote_price x (sum over j = 0 ... m - 1 of (1 - reach[j]))
                + (1 - reach[m]) x review_price < review_price

        Without experts every label is used as it is, so a vote that may correct one counts as well.
        """
        if self.review_price is None:
            chance = reach[:, -1] if reach.shape[1] else overturn
            return (chance >= self.futile_below) | (overturn >= self.futile_below)
        missed = 1 - reach
        votes = 1 + missed.cumsum(axis=1) - missed  # expected of a plan of 1, 2, ... votes
        return np.asarray((reach * self.review_price > votes * self.vote_price).any(axis=1))
