"""P-values of many tests at once: tail bounds of sums, and the adjustment for multiple tests."""

import numpy as np

from shoal_qa.domain.votes.arrays import Floats

TINY = 1e-300


def log_tail(count: Floats, trials: Floats, mean: Floats) -> Floats:
    """Return an upper bound of log P(S >= count), S a sum of `trials` independent numbers in [0, 1].

    mean: the expectation of S; the bound is 0 unless count exceeds it. exp(-n KL(count / n, mean / n)) holds
    for unequal probabilities and any n, so a test at level p raises false alarms with probability p or less.
    Source: Hoeffding, JASA 58 (1963), theorem 1.
    """
    n = np.maximum(trials, 1)
    x, p = np.minimum(count / n, 1), np.clip(mean / n, TINY, 1)
    return np.where(x > p, -n * bernoulli_divergence(x, p), 0.0)


def bernoulli_divergence(x: Floats, p: Floats) -> Floats:
    """Return the Kullback-Leibler divergence of a Bernoulli variable of rate x from one of rate p."""
    from scipy.special import rel_entr

    both = rel_entr(x, np.maximum(p, TINY)) + rel_entr(1 - x, np.maximum(1 - p, TINY))
    return np.asarray(np.maximum(both, 0))


def adjust_by_holm(log_p: Floats) -> Floats:
    """Return p-values adjusted for multiple tests: (tests,).

    With a threshold of 0.05, at least 95 of 100 families have no false positive. log_p: (tests,), logarithms
    of p-values. Source: Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    order = np.argsort(log_p, kind="stable")
    many = np.log(np.arange(len(log_p), 0, -1))
    adjusted = np.empty(len(log_p))
    adjusted[order] = np.maximum.accumulate(log_p[order] + many)
    return np.exp(np.minimum(adjusted, 0))
