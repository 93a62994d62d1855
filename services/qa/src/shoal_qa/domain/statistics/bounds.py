"""Intervals and tail probabilities for many annotators at once."""

from math import lgamma

import numpy as np

from shoal_qa.domain.votes.arrays import Floats

HALVINGS = 50
TERMS = 400  # of the continued fraction; it needs about the square root of the count
EPSILON = 1e-13
TINY = 1e-300


def clopper_pearson_all(right: Floats, total: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the exact two-sided interval of each rate, as intervals.clopper_pearson has it; [0, 1] without trials.

    right, total: any one shape, 0 <= right <= total; fractions are fine.
    """
    right, total = np.broadcast_arrays(np.asarray(right, np.float64), np.asarray(total, np.float64))
    if not ((right >= 0) & (right <= total)).all():
        raise ValueError("right must lie in [0, total]")
    tail = (1 - confidence) / 2
    low = _quantile(tail, np.maximum(right, TINY), total - right + 1)
    high = _quantile(1 - tail, right + 1, np.maximum(total - right, TINY))
    return np.where(right > 0, low, 0.0), np.where(right < total, high, 1.0)


def _quantile(p: float, a: Floats, b: Floats) -> Floats:
    """Return x with P(Beta(a, b) <= x) = p, by bisection."""
    low, high = np.zeros(a.shape), np.ones(a.shape)
    log_beta = _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = _beta_cdf(middle, a, b, log_beta) < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _log_gamma(x: Floats) -> Floats:
    return np.fromiter(map(lgamma, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)


def _beta_cdf(x: Floats, a: Floats, b: Floats, log_beta: Floats) -> Floats:
    """Return the regularised incomplete beta function by Lentz's continued fraction, DLMF 8.17.22."""
    turned = x > (a + 1) / (a + b + 2)
    y, c, d = np.where(turned, 1 - x, x), np.where(turned, b, a), np.where(turned, a, b)
    value: Floats = np.exp(log_beta + c * np.log(y) + d * np.log1p(-y)) / c / _fraction(y, c, d)
    return np.where(turned, 1 - value, value)


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """Evaluate 1 + d1 / (1 + d2 / (1 + ...)) by the modified Lentz method."""
    value, c, d = np.ones(x.shape), np.ones(x.shape), np.zeros(x.shape)
    for i in range(1, TERMS):
        m = i // 2
        if i % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _nonzero(1 + term * d)
        c = _nonzero(1 + term / c)
        value = value * c * d
        if (np.abs(c * d - 1) < EPSILON).all():
            break
    return value


def _nonzero(x: Floats) -> Floats:
    return np.where(np.abs(x) > TINY, x, TINY)


def log_tail(count: Floats, trials: Floats, mean: Floats) -> Floats:
    """Return a bound of log P(S >= count), S a sum of `trials` independent numbers in [0, 1] that add up to `mean`.

    0 where count is not above the mean. exp(-n KL(count / n, mean / n)): it holds for unequal probabilities and for
    any n, so a test built on it never alarms more often than it says. Source: Hoeffding, JASA 58 (1963), theorem 1.
    """
    n = np.maximum(trials, 1)
    x, p = np.minimum(count / n, 1), np.clip(mean / n, TINY, 1)
    divergence = _x_log(x, p) + _x_log(1 - x, np.maximum(1 - p, TINY))
    return np.where(x > p, -n * np.maximum(divergence, 0), 0.0)


def _x_log(x: Floats, p: Floats) -> Floats:
    return np.where(x > 0, x * (np.log(np.maximum(x, TINY)) - np.log(p)), 0.0)


def holm(log_p: Floats) -> Floats:
    """Return p-values adjusted for being many: below 0.05 for no true null in 95 of 100 families.

    log_p: (tests,) logs of p-values. Source: Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    order = np.argsort(log_p, kind="stable")
    many = np.log(np.arange(len(log_p), 0, -1))
    adjusted = np.empty(len(log_p))
    adjusted[order] = np.maximum.accumulate(log_p[order] + many)
    return np.exp(np.minimum(adjusted, 0))
