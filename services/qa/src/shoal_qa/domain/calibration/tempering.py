"""A temperature per number of votes: calibration for votes that are not independent.

    p_T is proportional to p^(1 / T(n)),  T(n) = scale x (noise + CAUTION (n^excess - 1)) x (n / typical)^tilt

- noise >= 1: the uncertainty about annotators from so few votes, estimated from the votes
  (overconfidence.py);
- excess: how much faster a model's claims grow than the square root of votes, estimated as well. A model of
  independent votes claims n times the evidence of one vote. Errors made together leave less, that of one vote
  if all err together. Votes do not tell how much (an error that everybody makes looks like agreement), so
  evidence is assumed to grow as sqrt(n), half way between 1 and n in logarithms. On six public sets at 3 to
  39 votes a task, posteriors of Dawid and Skene's model need a T(n) - noise of 0 to 2.4 (sqrt(n) - 1), in the
  middle 1 (and far more on one set, of 108 tasks, below 8 votes: no default saves a fit that went astray).
  CAUTION is above the middle: too high a confidence costs wrong labels, too low a confidence costs votes;
- scale and tilt: 1 and 0 without gold. With gold they minimise its log loss plus w (log scale)^2 / 2 + v
  tilt^2 / 2, so that w = 10 and v = 20 gold items weigh as much as the default.

A model that claims little, as vote shares do, stays as it is (noise = 1, excess = 0). Source: temperature
scaling of Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.calibration.binned_rows import binned_rows
from shoal_qa.domain.votes.arrays import Floats, Ints
from shoal_qa.domain.votes.scatter import log_normalise, log_totals

CAUTION = 1.5
LOWEST, HIGHEST = 0.5, 100.0
SCALES = np.exp(np.linspace(np.log(1 / 8), np.log(8), 61))
TILTS = np.linspace(-1.0, 1.0, 17)
ROUNDS = 3  # of coordinate descent
FLOOR = 1e-12

Counts = NDArray[np.integer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempering:
    """A map from the posteriors of a model and their numbers of votes to calibrated probabilities."""

    noise: float = 1.0
    excess: float = 0.5
    scale: float = 1.0
    tilt: float = 0.0
    typical: float = 1.0  # votes per gold task, the pivot of tilt
    gold: int = 0  # gold items behind scale and tilt

    def temperatures(self, votes_per_task: Counts) -> Floats:
        """Return the temperature of each task: (tasks,). A task without votes counts as one with one vote."""
        n = np.maximum(votes_per_task, 1).astype(np.float64)
        base = self.noise + CAUTION * (n**self.excess - 1)
        return np.asarray(np.clip(self.scale * base * (n / self.typical) ** self.tilt, LOWEST, HIGHEST))

    def apply(self, log_posterior: Floats, votes_per_task: Counts) -> Floats:
        """Return calibrated probabilities: (tasks, classes). votes_per_task: (tasks,)."""
        return np.exp(log_normalise(log_posterior / self.temperatures(votes_per_task)[:, None]))


def fit_tempering(
    default: Tempering,
    log_posterior: Floats,
    votes_per_task: Counts,
    truth: Ints,
    *,
    scale_weight: float = 10.0,
    tilt_weight: float = 20.0,
) -> Tempering:
    """Fit scale and tilt to gold tasks, starting from the default without gold.

    log_posterior: (gold, classes), by fits without these answers. votes_per_task, truth: (gold,). Takes about
    230 passes over the gold. If all tasks have equally many votes, tilt stays 0.
    """
    if not len(truth):
        return default
    typical = float(np.exp(np.log(np.maximum(votes_per_task, 1)).mean()))
    best = replace(default, scale=1.0, tilt=0.0, typical=typical, gold=len(truth))
    own, rows = log_posterior[np.arange(len(truth)), truth], binned_rows(log_posterior)

    def cost(tempering: Tempering) -> float:
        temperature = tempering.temperatures(votes_per_task)
        p = np.exp(own / temperature - log_totals(rows.at(temperature[:, None])))
        pull = scale_weight * np.log(tempering.scale) ** 2 + tilt_weight * tempering.tilt**2
        return float(pull / 2 - np.log(p + FLOOR).sum())

    for _ in range(ROUNDS):
        best = min((replace(best, scale=float(scale)) for scale in SCALES), key=cost)
        best = min((replace(best, tilt=float(tilt)) for tilt in TILTS), key=cost)
    return best
