"""P-values of many tests at once: tails of sums of chances, and their adjustment for being many."""

import numpy as np

from shoal_qa.domain.votes.arrays import Floats

TINY = 1e-300


def log_tail(count: Floats, trials: Floats, mean: Floats) -> Floats:
    """Return a bound of log P(S >= count), S a sum of `trials` independent numbers in [0, 1].

    mean: the expectation of S; 0 where count is not above it. exp(-n KL(count / n, mean / n)) holds for
    unequal probabilities and for any n, so a test built on it never alarms more often than it says. Source:
    Hoeffding, JASA 58 (1963), theorem 1.
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
    """Return p-values adjusted for being many: below 0.05 for no true null in 95 of 100 families.

    log_p: (tests,) logs of p-values. Source: Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    order = np.argsort(log_p, kind="stable")
    many = np.log(np.arange(len(log_p), 0, -1))
    adjusted = np.empty(len(log_p))
    adjusted[order] = np.maximum.accumulate(log_p[order] + many)
    return np.exp(np.minimum(adjusted, 0))
