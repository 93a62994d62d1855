"""Special functions on arrays that numpy does not have."""

import numpy as np

from shoal_qa.domain.votes.arrays import Floats

SHIFTS = 6  # psi(x) = psi(x + 6) - sum of 1 / (x + i): the series below is then exact to 1e-12


def digamma(x: Floats) -> Floats:
    """Return psi(x), the derivative of log gamma, for x > 0.

    Source: recurrence and asymptotic series, DLMF 5.5.2 and 5.11.2.
    """
    below = np.zeros_like(x)
    for i in range(SHIFTS):
        below += 1 / (x + i)
    y = x + SHIFTS
    z = 1 / (y * y)
    series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z / 132))))
    return np.asarray(np.log(y) - 0.5 / y - series - below)


def expected_log(counts: Floats) -> Floats:
    """Return E[log p] of p ~ Dirichlet(counts), over the last axis: psi(counts) - psi(sum of counts)."""
    return np.asarray(digamma(counts) - digamma(counts.sum(axis=-1, keepdims=True)))
