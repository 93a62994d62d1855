"""What to buy next for each task: nothing more (accept), one vote and of whom, an expert's review, or nothing (futile).

- accept: at least min_votes, and the calibrated probability of the best class reaches the threshold;
- futile: no votes left, or the chances that the votes left (ten at most) reach the threshold, and that they change the
  best class, are both below `futile_below`. With a price for reviews the first is enough, and it is a review instead:
  votes that end in a review anyway are wasted, and where there is none they may still mend the label;
- more: otherwise, from the kind of annotator with the highest value, unless a review is worth more.

The value of a kind is what its votes are expected to add to the maximum probability, over what they cost:

    max over m of (E[max probability after m votes of the kind] - max probability) / (m price)

Several votes ahead, because one vote alone often cannot change the best class and would seem worth nothing (the
KG(*) rule of Frazier and Powell, "Paradoxes in learning and the marginal value of information", Decision Analysis 7
(2010)). A review is taken to be right, so its value is (1 - max probability) / price.

The chance of reaching the threshold is summed over the leading classes, as if no two of them got there in turn, so it
is an estimate, and rather too high than too low.

All tasks at once or one alone: rows do not depend on each other. O(tasks x kinds x (classes + votes left^2)).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.lookahead import Outlook
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints

CHUNK = 20_000  # tasks at a time
HORIZON = 10  # votes looked ahead at most
LEADING = 4  # classes whose chances are worked out; the others are taken to be like them


class Action(IntEnum):
    """What to do next."""

    ACCEPT = 0
    MORE = 1
    REVIEW = 2
    FUTILE = 3


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """When votes are enough. Probabilities are calibrated ones.

    threshold: None accepts nothing, as where no certificate was given; then votes are bought up to max_votes.
    """

    threshold: float | None = 0.9
    min_votes: int = 2
    max_votes: int = 5
    futile_below: float = 0.05
    review_price: float | None = None  # in the unit of the kinds' prices; None: reviews are not on offer

    def __post_init__(self) -> None:
        if not 1 <= self.min_votes <= self.max_votes <= 100:
            raise ValueError("needs 1 <= min_votes <= max_votes <= 100")
        if self.threshold is not None and not 0 < self.threshold <= 1:
            raise ValueError("needs 0 < threshold <= 1")
        if not 0 <= self.futile_below < 1 or (self.review_price is not None and self.review_price <= 0):
            raise ValueError("needs 0 <= futile_below < 1 and a review price above 0")


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of annotators to ask. confusion: (kinds, classes, classes), p(label | truth). price: (kinds,) of a vote."""

    confusion: Floats
    price: Floats

    def __post_init__(self) -> None:
        if self.confusion.ndim != 3 or not 0 < len(self.confusion) == len(self.price):
            raise ValueError(
                "needs a confusion matrix and a price for each kind of annotator, and one kind at least"
            )
        if not (self.price > 0).all():
            raise ValueError("the price of a vote must be above 0")

    @classmethod
    def of_tiers(cls, confusion: Floats, votes: Ints, tier: Ints, price: Floats) -> Self:
        """Return each tier's mean annotator, weighted by votes given.

        confusion: (annotators + 1, classes, classes), the last one not seen, which a tier without votes is taken for.
        votes: (annotators,). tier: (annotators,) in [0, tiers). price: (tiers,).
        """
        weight = np.zeros((len(price), len(confusion)))
        weight[tier, np.arange(len(tier))] = votes
        weight[weight.sum(axis=1) == 0, -1] = 1
        weight /= weight.sum(axis=1, keepdims=True)
        return cls(np.tensordot(weight, confusion, axes=1), np.asarray(price, np.float64))


@dataclass(frozen=True, slots=True)
class NextActions:
    """One entry per task: (tasks,) each."""

    action: NDArray[np.int8]  # an Action
    kind: Ints  # of whom to ask one more vote, UNKNOWN where none is asked for
    value: Floats  # of the best kind: probability gained per unit of price
    reach: (
        Floats  # chance that the votes left, of the best kind, reach the threshold; nan without a threshold
    )


def next_actions(
    posterior: Floats,
    votes: Ints,
    kinds: Kinds,
    rule: StoppingRule,
    tempering: Tempering,
    most: Ints | None = None,
) -> NextActions:
    """Return what to do next. posterior: (tasks, classes), calibrated by `tempering`. votes: (tasks,), so far.

    most: (tasks,), votes that each task may ever have, where that is less than the rule allows.
    """
    if posterior.ndim != 2 or len(posterior) != len(votes):
        raise ValueError(f"needs a row of probabilities for each task: {posterior.shape} for {len(votes)}")
    if posterior.shape[1] != kinds.confusion.shape[1]:
        raise ValueError("posterior and confusions must be about the same classes")
    bound = np.full(len(votes), rule.max_votes, np.int32)
    bound = bound if most is None else np.minimum(bound, most).astype(np.int32)
    bound = np.minimum(bound, votes + HORIZON).astype(np.int32)
    parts = [
        _decide(_Tasks(posterior[part], votes[part], bound[part], tempering), kinds, rule)
        for part in (slice(start, start + CHUNK) for start in range(0, max(len(votes), 1), CHUNK))
    ]
    return NextActions(
        np.concatenate([each.action for each in parts]),
        np.concatenate([each.kind for each in parts]),
        np.concatenate([each.value for each in parts]),
        np.concatenate([each.reach for each in parts]),
    )


@dataclass(frozen=True, slots=True)
class _Tasks:
    """Some tasks, as they stand."""

    posterior: Floats
    votes: Ints
    most: Ints
    tempering: Tempering

    def outlook(self, label: Ints, confusion: Floats, rows: NDArray[np.integer]) -> Outlook:
        return Outlook.of(self.posterior[rows], label[rows], confusion, self.votes[rows], self.tempering)


def _decide(tasks: _Tasks, kinds: Kinds, rule: StoppingRule) -> NextActions:
    best = tasks.posterior.max(axis=1)
    value, change, kind = _best_kind(tasks, kinds)
    reach = _reach(tasks, kind, kinds, rule)
    enough = tasks.votes >= rule.min_votes
    sure = enough & (best >= (np.inf if rule.threshold is None else rule.threshold))
    hopeless = reach < rule.futile_below  # nan, without a threshold, is not
    if rule.review_price is None:
        stuck = (tasks.votes >= tasks.most) | (hopeless & (change < rule.futile_below))
        review = np.zeros(len(best), np.bool_)
    else:
        stuck = (tasks.votes >= tasks.most) | hopeless
        review = stuck | (enough & ((1 - best) / rule.review_price > value))
    action = np.select(
        [sure, review, stuck], [Action.ACCEPT, Action.REVIEW, Action.FUTILE], default=Action.MORE
    )
    asked = np.where(action == Action.MORE, kind, UNKNOWN).astype(np.int32)
    return NextActions(action.astype(np.int8), asked, value, reach)


def _best_kind(tasks: _Tasks, kinds: Kinds) -> tuple[Floats, Floats, Ints]:
    """Return the value of the best kind, the chance that all votes left change the best class, and which kind it is.

    The cheapest where none is worth anything.
    """
    rows = np.arange(len(tasks.votes))
    label = tasks.posterior.argmax(axis=1).astype(np.int32)
    best = tasks.posterior[rows, label]
    left = np.maximum(tasks.most - tasks.votes, 1)
    ahead = np.arange(1, int(left.max(initial=1)) + 1)
    values = np.empty((len(rows), len(kinds.price)))
    changes = np.empty_like(values)
    for number, (confusion, price) in enumerate(zip(kinds.confusion, kinds.price, strict=True)):
        expected, changed = tasks.outlook(label, confusion, rows).expected_best(
            len(ahead), _rivalry(tasks.posterior, best)
        )
        per_price = (expected - best[:, None]) / (ahead * price)
        values[:, number] = np.where(ahead <= left[:, None], per_price, 0.0).max(axis=1)
        changes[:, number] = changed[rows, left - 1]
    values = np.maximum(values, 0.0)
    by_price = np.argsort(kinds.price, kind="stable")
    chosen = by_price[values[:, by_price].argmax(axis=1)].astype(np.int32)
    return values[rows, chosen], changes[rows, chosen], chosen


def _rivalry(posterior: Floats, best: Floats) -> Floats:
    """Return the share of the second class in all that is not the best one's: (tasks,)."""
    if posterior.shape[1] == 1:
        return np.zeros(len(posterior))
    second = np.partition(posterior, -2, axis=1)[:, -2]
    return np.asarray(np.minimum(second / np.maximum(1 - best, 1e-12), 1.0))


def _reach(tasks: _Tasks, kind: Ints, kinds: Kinds, rule: StoppingRule) -> Floats:
    """Return the chance of reaching the threshold with the votes left, of each task's best kind: (tasks,)."""
    if rule.threshold is None:
        return np.full(len(kind), np.nan)
    leading = np.argsort(-tasks.posterior, axis=1, kind="stable")[:, :LEADING].astype(np.int32)
    out = np.zeros(len(kind))
    for number, confusion in enumerate(kinds.confusion):
        rows = np.flatnonzero(kind == number)
        for label in leading.T:
            outlook = tasks.outlook(label, confusion, rows)
            out[rows] += outlook.reach(rule.threshold, rule.min_votes, tasks.most[rows])
    covered = np.take_along_axis(tasks.posterior, leading, axis=1).sum(axis=1)
    return np.asarray(np.minimum(out / np.maximum(covered, 1e-12), 1.0))
