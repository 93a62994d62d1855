"""Comparisons of two items, with ties, by annotators who differ in how well they distinguish items.

Davidson's extension of Bradley and Terry, with a sharpness b per annotator. For items of strength s and d = b
(s_i - s_j), the score y is 1 if i wins, 1/2 for a tie and 0 if j wins:

    p(y) is proportional to exp(d (y - 1/2)) x (v if y = 1/2)

so the slope of the log-likelihood in d is y - E[y] and its curvature Var[y]: Newton's method, with conjugate
gradients over the comparisons instead of a matrix over items. Strengths have a Gaussian prior N(0, 1 /
penalty), sharpness N(1, 1 / TRUST). An annotator of sharpness 0 answers at random, of negative sharpness the
opposite. Source: Davidson, "On extending the Bradley-Terry model to accommodate ties", JASA 65 (1970); Chen
et al., "Pairwise ranking aggregation in a crowdsourced setting", WSDM 2013, for annotators.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, Ints

Multiply = Callable[[Floats], Floats]

TRUST = 4.0  # precision of sharpness around 1
ROUNDS = 100
TOLERANCE = 1e-9
STEPS = 200  # of conjugate gradients


@dataclass(frozen=True, slots=True)
class Strengths:
    """The fit. strength: (items,), mean 0 if all items were compared. sharpness: (annotators,).

    tie: v of the module, 0 without ties.
    """

    strength: Floats
    sharpness: Floats
    tie: float

    def probability(self, one: Ints, other: Ints) -> Floats:
        """Return the expected score of `one` against `other`, by an annotator of sharpness 1."""
        return _score_moments(self.strength[one] - self.strength[other], self.tie)[0]


def rank_items(
    one: Ints,
    other: Ints,
    score: Floats,
    annotator: Ints,
    *,
    items: int,
    annotators: int,
    penalty: float = 0.1,
    sharpness_per_annotator: bool = True,
) -> Strengths:
    """Return strengths from comparisons, (comparisons,) each. score: 1, 1/2 or 0, of `one`.

    sharpness_per_annotator: False gives all annotators the sharpness 1. Raises ValueError for other scores
    and for an item compared with itself.
    """
    if not np.isin(score, (0, 0.5, 1)).all() or (one == other).any():
        raise ValueError("a comparison needs two different items and a score of 0, 0.5 or 1")
    strength, sharpness = np.zeros(items), np.ones(annotators)
    ties = float((score == 0.5).sum())
    tie = 2 * ties / max(len(score) - ties, 1.0)
    for _ in range(ROUNDS):
        b = sharpness[annotator]
        step = _newton_step(one, other, score, b=b, strength=strength, tie=tie, penalty=penalty)
        strength = strength + step
        gap = strength[one] - strength[other]
        if ties:
            tie *= ties / max(float(_score_moments(b * gap, tie)[2].sum()), 1e-12)
        if sharpness_per_annotator:
            sharpness = _sharpness_step(gap, score, annotator, sharpness=sharpness, tie=tie)
        if np.abs(step).max(initial=0) < TOLERANCE:
            break
    return Strengths(strength, sharpness, tie)


def pairs_of_rankings(items: Ints, ranking: Ints) -> tuple[Ints, Ints, NDArray[np.int64]]:
    """Return the better and worse item of each pair in rankings, and the pair's ranking: (pairs,) each.

    items: item numbers, best first, one ranking after the other. ranking: (len(items),), the number of the
    ranking, sorted. A ranking of n items gives n (n - 1) / 2 comparisons. They are not independent, so
    intervals from them are too narrow.
    """
    better, worse = [], []
    lag = 1
    while len(left := np.flatnonzero(ranking[lag:] == ranking[:-lag])):
        better.append(left)
        worse.append(left + lag)
        lag += 1
    none = [np.empty(0, np.int64)]
    first, second = np.concatenate(better or none), np.concatenate(worse or none)
    return items[first], items[second], np.asarray(ranking[first], np.int64)


def _score_moments(d: Floats, tie: float) -> tuple[Floats, Floats, Floats]:
    """Return mean and variance of the score, and the probability of a tie."""
    top = np.abs(d) / 2
    win, lose, draw = np.exp(d / 2 - top), np.exp(-d / 2 - top), tie * np.exp(-top)
    total = win + lose + draw
    mean, even = (win + draw / 2) / total, draw / total
    return mean, np.asarray(win / total + even / 4 - mean**2), even


def _newton_step(
    one: Ints, other: Ints, score: Floats, *, b: Floats, strength: Floats, tie: float, penalty: float
) -> Floats:
    """Return the Newton step of strengths, halved until the likelihood still rises along all of it."""
    items = len(strength)

    def spread(values: Floats) -> Floats:
        return np.asarray(np.bincount(one, values, items) - np.bincount(other, values, items))

    def slope(at: Floats) -> Floats:
        return spread(b * (score - _score_moments(b * (at[one] - at[other]), tie)[0])) - penalty * at

    curvature = b**2 * _score_moments(b * (strength[one] - strength[other]), tie)[1]
    step = _solve_by_gradients(
        lambda v: spread(curvature * (v[one] - v[other])) + penalty * v, slope(strength)
    )
    for _ in range(30):
        if float(slope(strength + step) @ step) >= -1e-12:
            break
        step = step / 2
    return step


def _solve_by_gradients(multiply: Multiply, right: Floats) -> Floats:
    """Solve multiply(x) = right by conjugate gradients, for a positive definite operator."""
    x, residual = np.zeros_like(right), right.copy()
    way, size = residual.copy(), float(residual @ residual)
    goal = max(size * 1e-20, 1e-30)
    for _ in range(STEPS):
        if size <= goal:
            break
        image = multiply(way)
        length = size / float(way @ image)
        x, residual = x + length * way, residual - length * image
        size, last = float(residual @ residual), size
        way = residual + size / last * way
    return x


def _sharpness_step(gap: Floats, score: Floats, annotator: Ints, *, sharpness: Floats, tie: float) -> Floats:
    """Return every annotator's sharpness after one Newton step."""
    mean, variance, _ = _score_moments(sharpness[annotator] * gap, tie)
    slope = np.bincount(annotator, gap * (score - mean), len(sharpness)) - TRUST * (sharpness - 1)
    curvature = np.bincount(annotator, gap**2 * variance, len(sharpness)) + TRUST
    return np.asarray(sharpness + np.clip(slope / curvature, -1, 1))
