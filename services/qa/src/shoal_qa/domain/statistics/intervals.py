"""Confidence intervals and tail probabilities of successes in trials."""

from math import lgamma

import numpy as np
from numpy.typing import ArrayLike

from shoal_qa.domain.votes.arrays import Floats


def clopper_pearson(right: ArrayLike, total: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Return the exact two-sided interval (low, high) of each rate; [0, 1] without trials.

    right, total: successes and trials, numbers or arrays of one shape; fractions are allowed. Each bound
    alone holds with probability 1 - (1 - confidence) / 2 or more. Raises ValueError unless 0 <= right <=
    total. Source: Clopper and Pearson, Biometrika 26 (1934).
    """
    k, n = np.broadcast_arrays(np.asarray(right, np.float64), np.asarray(total, np.float64))
    if not ((k >= 0) & (k <= n)).all():
        raise ValueError(f"right must lie in [0, total]: {k.tolist()} of {n.tolist()}")
    tail = (1 - confidence) / 2
    return beta_quantile(tail, k, n - k + 1), beta_quantile(1 - tail, k + 1, n - k)


def beta_quantile(p: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """Return x with P(Beta(a, b) <= x) = p; 0 if a is 0, otherwise 1 if b is 0."""
    from scipy.special import betaincinv

    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    inner = (a > 0) & (b > 0)
    x = betaincinv(np.where(inner, a, 1.0), np.where(inner, b, 1.0), p)
    return np.where(inner, x, np.where(a > 0, 1.0, 0.0))


def binomial_tail(right: int, total: int, p: float) -> float:
    """Return P(X >= right) for X ~ Binomial(total, p), exactly: I_p(right, total - right + 1)."""
    from scipy.special import betainc

    return 1.0 if right <= 0 else float(betainc(right, total - right + 1, p))


def hypergeometric_tail(right: int, drawn: int, rights: int, population: int) -> float:
    """Return P(X >= right) for a hypergeometric X.

    X is the number of right items among `drawn` from a population with `rights` right items. One term comes
    from log-gammas, the others from ratios of neighbours; O(drawn) time and memory.
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
