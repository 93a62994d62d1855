"""Posteriors that mean what they say: one temperature, fitted on gold, shrunk to an honest default.

Models assume that annotators err independently given the truth. They do not (hard tasks are hard for everybody), so
raw posteriors are too sure: on six public crowd sets, tasks with a raw probability of 0.95 and more are right in
66 to 96 % of cases. Every probability that leaves this package is therefore tempered, p_T proportional to p^(1/T):

- with gold, T minimises the log loss of gold answers under posteriors that did not see them, plus a penalty
  w (log T - log T0)^2 / 2, worth `weight` gold items, so that ten items cannot move it far;
- without gold, T = T0 = 2, about the median of what the public sets need at two to five votes a task (1.4 to 6).

One temperature repairs the mean and not the tail: a threshold of 0.9 is not yet a promise of 90 % precision
(domain/certificate.py makes one). domain/tempering.py has a temperature for each number of votes, and a default that
is learned from the votes.
Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017 (temperature scaling).
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.crossfit import keep_at_most
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.models.scatter import log_normalise

DEFAULT_TEMPERATURE = 2.0
LOWEST, HIGHEST = 0.7, 10.0


def temper(log_posterior: Floats, temperature: float) -> Floats:
    """Return probabilities proportional to p^(1 / temperature): (tasks, classes)."""
    return np.exp(log_normalise(log_posterior / temperature))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A temperature and the number of gold items behind it."""

    temperature: float = DEFAULT_TEMPERATURE
    gold: int = 0


def fit_temperature(log_posterior: Floats, truth: Ints, weight: float = 10.0) -> Calibration:
    """Fit to gold tasks. log_posterior: (gold, classes), of fits that did not use these answers; truth: (gold,)."""
    if not len(truth):
        return Calibration()
    grid = np.exp(np.linspace(np.log(LOWEST), np.log(HIGHEST), 60))
    rows = np.arange(len(truth))
    losses = [
        -log_normalise(log_posterior / t)[rows, truth].sum()
        + weight * np.log(t / DEFAULT_TEMPERATURE) ** 2 / 2
        for t in grid
    ]
    return Calibration(float(grid[int(np.argmin(losses))]), len(truth))


def thin(votes: VoteArrays, most: int, rng: np.random.Generator) -> VoteArrays:
    """Return at most `most` random votes of each task: gold gathers more votes than ordinary jobs ever get."""
    return keep_at_most(votes, np.full(votes.tasks, most, dtype=np.int32), rng)


def calibrate(
    fitted: Fitted, votes: VoteArrays, gold: Ints, most: int, rng: np.random.Generator
) -> Calibration:
    """Fit the temperature on gold tasks with at most `most` votes each, as ordinary jobs have.

    fitted: a fit that was not told these gold answers, as no ordinary job's answer is told. gold: (tasks,).
    """
    tasks = np.flatnonzero((gold != UNKNOWN) & (votes.votes_per_task() > 0))
    if not len(tasks):
        return Calibration()
    thinned = thin(votes, most, rng)
    return fit_temperature(fitted.log_posterior(thinned)[tasks], gold[tasks])
