"""Answers replayed in random order: what a project would have spent that buys them until it is sure.

What is believed after the first 1, 2, ... answers of every job is known from one fit for each number. A job
under a rule gets answers until its next step is another one than "more", so that all rules are read from the
same fits. These know annotators from as many answers of every job, some more than the rule would have bought:
the curve of a rule is a little too good where most jobs stop early.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.next_steps import Foresight, next_steps
from shoal_qa.domain.stopping.prices import PriceOutcome
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.stopping.simulation import OVERLAPS, THRESHOLDS, Spending, VoteSimulation
from shoal_qa.domain.votes.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaps:
    """Beliefs about jobs after their first answers.

    at: (overlaps,), answers of each job, rising; jobs with fewer have all of theirs. probability: (overlaps,
    jobs), that the merged answer is right. right: (overlaps, jobs), whether it is. available: (jobs,).
    """

    at: Ints
    probability: Floats
    right: Bools
    available: Ints

    def spent(self) -> Ints:
        """Return the answers of each job at each overlap: (overlaps, jobs)."""
        return np.minimum(self.at[:, None], self.available).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Stops:
    """Where jobs stop under a rule: (jobs,) each. row: of the overlaps. action: the last next step."""

    row: NDArray[np.int64]
    action: NDArray[np.int8]


def overlap_points(most: int) -> Ints:
    """Return the numbers of answers to fit, up to the largest number of a job."""
    return np.unique(np.geomspace(1, most, OVERLAPS).round()).astype(np.int32)


def stops_under(overlaps: Overlaps, rule: StoppingRule) -> Stops:
    """Return where each job stops. Between two overlaps a job buys all answers up to the next one."""
    most = np.minimum(overlaps.available, rule.max_votes).astype(np.int32)
    row = np.full(len(most), len(overlaps.at) - 1)
    action = np.full(len(most), Action.MORE, np.int8)
    for number, (spent, probability) in enumerate(zip(overlaps.spent(), overlaps.probability, strict=True)):
        steps = next_steps(
            probability[:, None], spent, most=most, rule=rule, foresight=Foresight(None, Tempering())
        ).action
        stop = (action == Action.MORE) & (steps != Action.MORE)
        row[stop], action[stop] = number, steps[stop]
    return Stops(row, action)


def simulate_overlaps(overlaps: Overlaps, min_votes: int = 2) -> VoteSimulation:
    """Return the curves of a fixed number of answers, and of answers one by one for rising thresholds."""
    jobs, spent = np.arange(len(overlaps.available)), overlaps.spent()
    fixed = Spending(
        overlaps.at.astype(np.float64), spent.sum(axis=1).astype(np.int64), overlaps.right.mean(axis=1)
    )
    points = []
    for threshold in THRESHOLDS:
        rule = StoppingRule(threshold=threshold, min_votes=min_votes, max_votes=100)
        row = stops_under(overlaps, rule).row
        points.append((threshold, int(spent[row, jobs].sum()), float(overlaps.right[row, jobs].mean())))
    points.append((1.0, int(spent[-1].sum()), float(overlaps.right[-1].mean())))
    return VoteSimulation(
        sequential=_curve_of(points),
        fixed=fixed,
        votes=points[-1][1],
        accuracy=points[-1][2],
        tasks=len(jobs),
    )


def _curve_of(points: Sequence[tuple[float, int, float]]) -> Spending:
    at, votes, accuracy = (np.array(column) for column in zip(*points, strict=True))
    return Spending(at, votes.astype(np.int64), accuracy)


def price_overlaps(overlaps: Overlaps, rule: StoppingRule) -> PriceOutcome:
    """Return the outcome of a project with this rule."""
    stops, jobs = stops_under(overlaps, rule), np.arange(len(overlaps.available))
    votes = overlaps.spent()[stops.row, jobs]
    right, accepted = overlaps.right[stops.row, jobs], stops.action == Action.ACCEPT
    reviewed = np.zeros(len(jobs), np.bool_) if rule.review_price is None else ~accepted
    price = rule.vote_price * votes.mean() + (rule.review_price or 0.0) * reviewed.mean()
    return PriceOutcome(
        review_price=rule.review_price,
        votes=float(votes.mean()),
        reviewed=float(reviewed.mean()),
        accuracy=float((right | reviewed).mean()),
        accepted=float(accepted.mean()),
        accepted_accuracy=float(right[accepted].mean()) if accepted.any() else float("nan"),
        cost=float(price),
    )
