"""Thresholds tested in sequence, so that none passes by luck.

Labels with score >= threshold are accepted. Gold tasks are a random sample of all tasks, so of the n gold
tasks that a threshold accepts beside m others, the number K of right ones is hypergeometric, whatever the
quality of the scores. If k were right and fewer than target m of the others, then at most R = k + ceil(target
m) - 1 of the n + m are right, and

    p = P(K >= k),  K right ones among n drawn from n + m of which R are right,

is a p-value of that hypothesis (Thatcher, "Relationships between Bayesian and confidence limits for
predictions", JRSS B 26 (1964)). For m without limit it is the binomial tail behind Clopper and Pearson's
bound, which also covers gold with unequal chances (Hoeffding, Ann. Math. Statist. 27 (1956), theorem 4).

Thresholds are tested from strict to lax, spending a budget: it enters in equal parts at a few starts, passes
from a threshold with p <= budget to the next, and is lost at one with p > budget. The chance that any
threshold passes wrongly is at most the whole budget, even if laxer thresholds are better than strict ones
(fallback procedure: Wiens, Pharmaceutical Statistics 2 (2003); one of the families of tests of "Learn then
Test", Angelopoulos et al., arXiv 2110.01052). Thresholds and starts depend on scores, never on right answers;
equal scores are accepted together.
"""

from dataclasses import dataclass
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.statistics.intervals import beta_quantile, binomial_tail, hypergeometric_tail
from shoal_qa.domain.votes.arrays import Bools, Floats

Counts = NDArray[np.int64]

STEPS = 20  # thresholds at even steps of coverage, besides the starts
FIRST_START = 1.7  # times the gold that passes if all is right: about enough for one error
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ThresholdPlan:
    """Where to test: rising shares of all tasks accepted, and the part of the budget that enters at each."""

    share: Floats
    fresh: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldCounts:
    """The counts of gold at thresholds from strict to lax: (thresholds,) each."""

    threshold: Floats
    share: Floats  # of all tasks, gold included, that are accepted
    fresh: Floats  # part of the budget that enters here
    gold: Counts
    right: Counts
    others: Counts | None  # tasks other than gold; None for future tasks without limit

    def p_value(self, at: int, target: float) -> float:
        """Return the p-value of "fewer than `target` of the others are right" at threshold number `at`."""
        n, k = int(self.gold[at]), int(self.right[at])
        if self.others is None:
            return binomial_tail(k, n, target)
        m = int(self.others[at])
        return hypergeometric_tail(k, n, k + ceil(target * m - ROUNDING) - 1, n + m) if m else 1.0

    def lower(self, at: int, budget: float) -> float:
        """Return the largest share of right answers among the others that gold certifies at this budget."""
        n, k = int(self.gold[at]), int(self.right[at])
        if self.others is None:
            return float(beta_quantile(budget, k, n - k + 1))
        m = int(self.others[at])
        low, high = 0, m + 1  # `low` right ones are certified, `high` are not
        while high - low > 1:
            middle = (low + high) // 2
            vouched = hypergeometric_tail(k, n, k + middle - 1, n + m) <= budget
            low, high = (middle, high) if vouched else (low, middle)
        return low / m if m else 0.0


def plan_tests(gold: int, target: float, budget: float) -> ThresholdPlan:
    """Return the shares to test: even steps, and starts at a first share and its doublings."""
    needed = log(budget) / log(target)
    first = min(1.0, FIRST_START * needed / gold) if gold else 1.0
    starts = first * 2.0 ** np.arange(int(np.log2(1 / first) + ROUNDING) + 1)
    share = np.unique(np.concatenate([np.linspace(first, 1.0, STEPS), starts]))
    return ThresholdPlan(share, np.where(np.isin(share, starts), budget / len(starts), 0.0))


def count_gold(
    plan: ThresholdPlan, gold_score: Floats, gold_right: Bools, others: Floats, *, open_ended: bool
) -> GoldCounts:
    """Turn shares into thresholds by the scores of all tasks, gold included, and count gold at each."""
    pool = np.sort(np.concatenate([gold_score, others]))[::-1]
    if not len(pool):
        none = np.zeros(0, dtype=np.int64)
        return GoldCounts(
            threshold=np.zeros(0), share=np.zeros(0), fresh=np.zeros(0), gold=none, right=none, others=none
        )
    places = np.ceil(plan.share * len(pool) - ROUNDING).astype(np.int64) - 1
    negative, group = np.unique(-pool[places], return_inverse=True)
    fresh = np.bincount(group, weights=plan.fresh, minlength=len(negative)).astype(np.float64)
    by_score = np.argsort(-gold_score, kind="stable")
    gold = np.searchsorted(-gold_score[by_score], negative, side="right")
    right = np.append(0, np.cumsum(gold_right[by_score]))[gold]
    rest = np.searchsorted(np.sort(-others), negative, side="right")
    return GoldCounts(
        threshold=-negative,
        share=(gold + rest) / len(pool),
        fresh=fresh,
        gold=gold,
        right=right,
        others=None if open_ended else rest,
    )


def walk_thresholds(counted: GoldCounts, target: float) -> tuple[Floats, Bools]:
    """Test from strict to lax; return the budget of each threshold, and whether it passed."""
    budgets = np.zeros(len(counted.threshold))
    passed = np.zeros(len(counted.threshold), dtype=np.bool_)
    budget = 0.0
    for at, fresh in enumerate(counted.fresh):
        budgets[at] = budget = budget + float(fresh)
        passed[at] = budget > 0 and counted.p_value(at, target) <= budget
        budget = budget if passed[at] else 0.0
    return budgets, passed
