"""Change points of annotators: when one became better or worse, by a generalised likelihood ratio.

For a change after the first t of n answers, with rates p1 before, p2 after and p overall,

    ratio[t] = t KL(p1, p) + (n - t) KL(p2, p),

and the signal is the largest over t in [EDGE, n - EDGE]. Its p-value under one constant rate is the tail of
the largest normalised Brownian bridge: P(max sqrt(2 ratio) >= b) = phi(b) ((b - 1/b) log((1 - e)^2 / e^2) + 4
/ b), e = EDGE / n. Source: James, James and Siegmund, "Tests for a change-point", Biometrika 74 (1987). The
answers may be probabilities of being right: they vary less than right and wrong, so alarms become rarer, not
more frequent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.statistics.p_values import TINY, adjust_by_holm, bernoulli_divergence
from shoal_qa.domain.votes.arrays import Floats, Ints

EDGE = 10  # first and last answers, among which no change is sought


@dataclass(frozen=True, slots=True)
class Changes:
    """The most likely change of each annotator; every array is (annotators,).

    adjusted: p-value adjusted for the number of annotators. after: number of answers before the change.
    before_rate, after_rate: share of right answers on either side; NaN with fewer than 2 EDGE answers.
    """

    adjusted: Floats
    after: NDArray[np.int64]
    before_rate: Floats
    after_rate: Floats


def find_changes(annotator: Ints, right: Floats, annotators: int) -> Changes:
    """Return the most likely change of each annotator. annotator, right: (answers,), in the order of time."""
    order = np.argsort(annotator, kind="stable")
    owner, value = annotator[order], right[order]
    counts = np.bincount(owner, minlength=annotators)
    start = np.cumsum(counts) - counts
    sums = np.cumsum(np.append(0.0, value))
    total = (sums[start + counts] - sums[start])[owner]
    n, t = counts[owner], np.arange(len(owner)) - start[owner] + 1
    first = sums[1:] - sums[start[owner]]
    ratio = np.where((t >= EDGE) & (n - t >= EDGE), _likelihood_ratio(first, t, total, n), -1.0)
    best = _largest_ratios(ratio, owner, annotators)
    log_p, out = np.zeros(annotators), np.full((2, annotators), np.nan)
    after = np.zeros(annotators, np.int64)
    changed = np.flatnonzero(best >= 0)
    at = best[changed]
    log_p[changed] = _log_p(ratio[at], n[at])
    after[changed] = t[at]
    out[:, changed] = first[at] / t[at], (total[at] - first[at]) / (n[at] - t[at])
    return Changes(adjust_by_holm(log_p), after, out[0], out[1])


def _likelihood_ratio(first: Floats, t: NDArray[np.int64], total: Floats, n: NDArray[np.int64]) -> Floats:
    rest = np.maximum(n - t, 1)
    p = total / n
    after = np.clip((total - first) / rest, 0, 1)
    return np.asarray(t * bernoulli_divergence(first / t, p) + rest * bernoulli_divergence(after, p))


def _largest_ratios(ratio: Floats, owner: Ints, annotators: int) -> NDArray[np.int64]:
    """Return the position of each annotator's largest ratio: (annotators,), -1 without one."""
    best = np.full(annotators, -1, np.int64)
    order = np.lexsort((ratio, owner))
    order = order[ratio[order] >= 0]
    best[owner[order]] = order  # the last one written is the largest
    return best


def _log_p(ratio: Floats, n: NDArray[np.int64]) -> Floats:
    b = np.sqrt(2 * ratio)
    edge = EDGE / n
    safe = np.maximum(b, 1.5)  # below, the p-value is 1 whatever the formula says
    inner = (safe - 1 / safe) * 2 * np.log((1 - edge) / edge) + 4 / safe
    log_p = -safe * safe / 2 - 0.9189385 + np.log(np.maximum(inner, TINY))
    return np.where(b > 1.5, np.minimum(log_p, 0), 0.0)
