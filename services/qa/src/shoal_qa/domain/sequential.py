"""What to buy next for each task: nothing more (accept), one vote and of whom, an expert's review, or nothing (futile).

- accept: at least min_votes, and the calibrated probability of the best class reaches the threshold;
- futile: no votes left, or the chance that the votes left reach the threshold is below `futile_below`. With a price
  for reviews that is a review instead;
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

from shoal_qa.domain.arrays import UNKNOWN, Floats, Ints
from shoal_qa.domain.lookahead import Outlook
from shoal_qa.domain.tempering import Tempering

CHUNK = 20_000  # tasks at a time
LEADING = (
    4  # classes whose chance of reaching the threshold is worked out; the others are taken to be like them
)


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
    posterior: Floats, votes: Ints, kinds: Kinds, rule: StoppingRule, tempering: Tempering
) -> NextActions:
    """Return what to do next. posterior: (tasks, classes), calibrated by `tempering`. votes: (tasks,), so far."""
    if posterior.ndim != 2 or len(posterior) != len(votes):
        raise ValueError(f"needs a row of probabilities for each task: {posterior.shape} for {len(votes)}")
    if posterior.shape[1] != kinds.confusion.shape[1]:
        raise ValueError("posterior and confusions must be about the same classes")
    out = NextActions(
        np.full(len(votes), Action.MORE, np.int8),
        np.full(len(votes), UNKNOWN, np.int32),
        np.zeros(len(votes)),
        np.full(len(votes), np.nan),
    )
    for start in range(0, len(votes), CHUNK):
        part = slice(start, start + CHUNK)
        _decide(posterior[part], votes[part], kinds, rule, tempering, out, part)
    return out


def _decide(
    posterior: Floats,
    votes: Ints,
    kinds: Kinds,
    rule: StoppingRule,
    tempering: Tempering,
    out: NextActions,
    part: slice,
) -> None:
    best = posterior.max(axis=1)
    value, kind = _values(posterior, votes, kinds, rule, tempering)
    reach = _reach(posterior, votes, kind, kinds, rule, tempering)
    stuck = (votes >= rule.max_votes) | (reach < rule.futile_below)
    review = np.zeros(len(votes), np.bool_)
    if rule.review_price is not None:
        dear = (1 - best) / rule.review_price > value
        review = stuck | (dear & (votes >= rule.min_votes))
    sure = np.zeros(len(votes), np.bool_)
    if rule.threshold is not None:
        sure = (best >= rule.threshold) & (votes >= rule.min_votes)
    action = np.select(
        [sure, review, stuck], [Action.ACCEPT, Action.REVIEW, Action.FUTILE], default=Action.MORE
    )
    out.action[part] = action
    out.kind[part] = np.where(action == Action.MORE, kind, UNKNOWN)
    out.value[part], out.reach[part] = value, reach


def _values(
    posterior: Floats, votes: Ints, kinds: Kinds, rule: StoppingRule, tempering: Tempering
) -> tuple[Floats, Ints]:
    """Return the value of the best kind and which it is; the cheapest where none is worth anything."""
    left = rule.max_votes - votes
    most = max(1, int(left.max(initial=1)))
    label = posterior.argmax(axis=1)
    top = np.sort(posterior, axis=1)[:, -2:]
    best = posterior.max(axis=1)
    rest = top[:, 0] / np.maximum(1 - best, 1e-12) if posterior.shape[1] > 1 else np.zeros(len(votes))
    ahead = np.arange(1, most + 1)
    allowed = ahead <= np.maximum(left, 1)[:, None]
    values = np.empty((len(votes), len(kinds.price)))
    for number, (confusion, price) in enumerate(zip(kinds.confusion, kinds.price, strict=True)):
        outlook = Outlook.of(posterior, label, confusion, votes, tempering)
        gains = outlook.expected_best(most, np.minimum(rest, 1.0)) - best[:, None]
        values[:, number] = np.where(allowed, gains / (ahead * price), 0.0).max(axis=1)
    values = np.maximum(values, 0.0)
    by_price = np.argsort(kinds.price, kind="stable")
    chosen = by_price[values[:, by_price].argmax(axis=1)].astype(np.int32)
    return values[np.arange(len(votes)), chosen], chosen


def _reach(
    posterior: Floats, votes: Ints, kind: Ints, kinds: Kinds, rule: StoppingRule, tempering: Tempering
) -> Floats:
    """Return the chance of reaching the threshold with the votes left, of each task's best kind: (tasks,)."""
    if rule.threshold is None:
        return np.full(len(votes), np.nan)
    leading = np.argsort(-posterior, axis=1, kind="stable")[:, :LEADING]
    out = np.zeros(len(votes))
    for number, confusion in enumerate(kinds.confusion):
        rows = np.flatnonzero(kind == number)
        for place in range(leading.shape[1]):
            outlook = Outlook.of(posterior[rows], leading[rows, place], confusion, votes[rows], tempering)
            out[rows] += outlook.reach(rule.threshold, rule.min_votes, rule.max_votes)
    covered = np.take_along_axis(posterior, leading, axis=1).sum(axis=1)
    return np.asarray(np.minimum(out / np.maximum(covered, 1e-12), 1.0))
