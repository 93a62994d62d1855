"""A guarantee for accepted labels: with confidence c, at least `target` of them are right.

The threshold is the laxest one whose lower confidence bound of precision on gold reaches the target. All gold
is used: thresholds and the order of testing depend on scores alone, and the budget 1 - c is shared among
them, so that no gold is set aside to choose a threshold (thresholds.py has the tests and their proofs).

The guarantee holds if gold is a random sample of the tasks. It fails if gold is easier, if gold has more
votes a task (see models/crossfit.py), and if scores come from a fit to these answers (see models/panel.py).
With too little gold, or gold below the target, nothing is accepted.
"""

from dataclasses import dataclass, replace

import numpy as np

from shoal_qa.domain.certificates.thresholds import GoldCounts, count_gold, plan_tests, walk_thresholds
from shoal_qa.domain.votes.arrays import Bools, Floats

PRIOR = 2.0  # pseudo gold items, between target and 1 in precision, for the estimate of further gold
MOST_GOLD = 1_000_000  # no estimate beyond


@dataclass(frozen=True, slots=True)
class Curve:
    """Every threshold that was tested, from strict to lax: (thresholds,) each.

    precision: on gold, NaN if the threshold accepts none. lower: bound of precision at the threshold's part
    of the budget. A threshold that no budget reached shows its bound at the part of one start; it is not
    certified, whatever that bound.
    """

    threshold: Floats
    coverage: Floats
    precision: Floats
    lower: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certified threshold and its guarantee. Without a threshold, nothing may be accepted."""

    target: float
    confidence: float
    gold: int
    curve: Curve
    threshold: float | None = None  # accept where score >= threshold
    bound: float | None = (
        None  # lower confidence bound of the precision of accepted labels, at least the target
    )
    precision: float | None = None  # on accepted gold
    accepted_gold: int = 0
    coverage: float = 0.0  # share of all scores accepted
    more_gold: int | None = None  # estimate of the gold items missing; 0 if certified, None if none suffice


def certify(
    gold_score: Floats,
    gold_right: Bools,
    all_scores: Floats,
    *,
    target: float,
    confidence: float = 0.95,
    open_ended: bool = False,
) -> Certificate:
    """Return the certificate: the threshold of largest coverage that reaches the target precision.

    The precision of accepted labels is at least `target` with probability `confidence`. gold_score: (gold,),
    by fits without these answers. gold_right: (gold,), whether the label is the gold answer. all_scores:
    (n,), of the tasks to accept or not, without gold tasks. Only the order of scores counts; they need not be
    probabilities. open_ended: guarantee future tasks of the same kind instead of the n tasks at hand. O((gold
    + n) log(gold + n)). Raises ValueError for a target or confidence outside (0, 1), unequal lengths, and
    scores that are not finite.
    """
    gold_score, all_scores = np.asarray(gold_score, np.float64), np.asarray(all_scores, np.float64)
    _check_inputs(gold_score, gold_right, all_scores, target=target, confidence=confidence)
    budget = 1 - confidence
    tests = count_gold(
        plan_tests(len(gold_score), target, budget), gold_score, gold_right, all_scores, open_ended=open_ended
    )
    budgets, passed = walk_thresholds(tests, target)
    curve = _precision_curve(tests, budgets, all_scores)
    nothing = Certificate(target=target, confidence=confidence, gold=len(gold_score), curve=curve)
    if passed.any():
        return _accept_from(nothing, tests, int(np.flatnonzero(passed)[-1]))
    more = _more_gold(gold_score, gold_right, all_scores, target=target, budget=budget)
    return replace(nothing, more_gold=more)


def _accept_from(nothing: Certificate, tests: GoldCounts, last: int) -> Certificate:
    """Return the certificate with the threshold of the test `last`, the laxest that passed."""
    curve = nothing.curve
    return replace(
        nothing,
        threshold=float(curve.threshold[last]),
        bound=float(curve.lower[last]),
        precision=float(curve.precision[last]),
        accepted_gold=int(tests.gold[last]),
        coverage=float(curve.coverage[last]),
        more_gold=0,
    )


def _check_inputs(
    gold_score: Floats, gold_right: Bools, all_scores: Floats, *, target: float, confidence: float
) -> None:
    for name, value in (("target", target), ("confidence", confidence)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must lie between 0 and 1, not {value}")
    if len(gold_score) != len(gold_right):
        raise ValueError(
            f"needs one answer per gold score: {len(gold_score)} scores, {len(gold_right)} answers"
        )
    if not (np.isfinite(gold_score).all() and np.isfinite(all_scores).all()):
        raise ValueError("scores must be finite numbers")


def _precision_curve(tests: GoldCounts, budgets: Floats, all_scores: Floats) -> Curve:
    part = tests.fresh[tests.fresh > 0].min(initial=1.0)
    lower = [tests.lower(at, budget or part) for at, budget in enumerate(budgets)]
    accepted = np.searchsorted(np.sort(-all_scores), -tests.threshold, side="right")
    precision = np.full(len(lower), np.nan)
    np.divide(tests.right, tests.gold, out=precision, where=tests.gold > 0)
    return Curve(tests.threshold, accepted / max(len(all_scores), 1), precision, np.array(lower))


def _more_gold(
    gold_score: Floats, gold_right: Bools, all_scores: Floats, *, target: float, budget: float
) -> int | None:
    """Return the least further gold that would certify a threshold, at the share of right answers so far.

    With little gold, this share is drawn towards the middle between target and 1.
    """

    def certified(gold: int) -> bool:
        tests = count_gold(
            plan_tests(gold, target, budget), gold_score, gold_right, all_scores, open_ended=True
        )
        rate = (tests.right + PRIOR * (1 + target) / 2) / (tests.gold + PRIOR)
        accepted = np.floor(tests.share * gold + 0.5).astype(np.int64)
        imagined = replace(tests, gold=accepted, right=np.floor(rate * accepted).astype(np.int64))
        return bool(walk_thresholds(imagined, target)[1].any())

    low, high = len(gold_score), len(gold_score) + 1
    while not certified(high):
        low, high = high, 2 * high
        if low > MOST_GOLD:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if certified(middle) else (middle, high)
    return high - len(gold_score)
