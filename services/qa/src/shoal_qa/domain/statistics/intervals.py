"""Intervals for a probability seen as successes in trials."""

from math import exp, lgamma, log, log1p

import numpy as np

STEPS = 60  # halvings: 1e-18
FRACTION_TERMS = 300
EPSILON = 1e-14
TINY = 1e-300


def clopper_pearson(right: float, total: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided interval. Source: Clopper and Pearson, Biometrika 26 (1934).

    Each bound alone holds with probability 1 - (1 - confidence) / 2. Counts may be fractional (discounted votes).
    """
    if not 0 <= right <= total:
        raise ValueError(f"right must lie in [0, {total}], not {right}")
    tail = (1 - confidence) / 2
    low = 0.0 if right == 0 else beta_quantile(tail, right, total - right + 1)
    high = 1.0 if right == total else beta_quantile(1 - tail, right + 1, total - right)
    return low, high


def beta_quantile(p: float, a: float, b: float) -> float:
    """Return x with P(Beta(a, b) <= x) = p, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if beta_cdf(middle, a, b) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b).

    Source: Lentz's continued fraction, DLMF 8.17.22; the reflection I_x(a, b) = 1 - I_(1-x)(b, a) where it is slow.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front * (_fraction(x, a, b) - 1)


def _fraction(x: float, a: float, b: float) -> float:
    """Evaluate 1 + 1 / (1 + d1 / (1 + d2 / ...)) of DLMF 8.17.22 by the modified Lentz method."""
    value, c, d = 1.0, 1.0, 0.0
    for i in range(FRACTION_TERMS):
        d = 1 / _nonzero(1 + _term(i, x, a, b) * d)
        c = _nonzero(1 + _term(i, x, a, b) / c)
        value *= c * d
        if abs(c * d - 1) < EPSILON:
            break
    return value


def _term(i: int, x: float, a: float, b: float) -> float:
    if i == 0:
        return 1.0
    i -= 1
    m = (i + 1) // 2
    if i == 0:
        return -(a + b) * x / (a + 1)
    if i % 2 == 1:
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))


def _nonzero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def binomial_tail(right: int, total: int, p: float) -> float:
    """Return P(X >= right) for X ~ Binomial(total, p), exactly: I_p(right, total - right + 1)."""
    return 1.0 if right <= 0 else beta_cdf(p, right, total - right + 1)


def hypergeometric_tail(right: int, drawn: int, rights: int, population: int) -> float:
    """Return P(X >= right), X the right ones among `drawn` of a population that holds `rights` right ones.

    One term from log-gammas, the others from the ratio of neighbours; O(drawn) time and memory.
    """
    most = min(drawn, rights)
    if right <= max(0, drawn + rights - population):
        return 1.0
    if right > most:
        return 0.0
    first = _log_choose(rights, right) + _log_choose(population - rights, drawn - right)
    j = np.arange(right, most, dtype=np.float64)
    wrong_left = population - rights - drawn + j + 1
    steps = np.log(rights - j) + np.log(drawn - j) - np.log(j + 1) - np.log(wrong_left)
    terms = first - _log_choose(population, drawn) + np.append(0.0, np.cumsum(steps))
    return float(min(1.0, np.exp(terms).sum()))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
