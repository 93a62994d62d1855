"""Calibrated probabilities of whole answers, from those that a model of claims gives.

    logit p' = slope x logit p + offset

Platt, "Probabilistic outputs for support vector machines", 1999. A model takes claims and annotators as
independent and looks at no distance, so that its probabilities are too extreme, and all of them may be too
high where places are hard to agree on. Without gold, `slope` is a cautious constant. With gold, slope and
offset maximise the likelihood of right and wrong answers, held near the default by Gaussian priors.
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.calibration.heldout_gold import HeldoutGold
from shoal_qa.domain.votes.arrays import Bools, Floats

FOLDS = 5
SLOPE_SPREAD, OFFSET_SPREAD = 0.5, 2.0  # standard deviations of the priors
MOST_LOGIT = 12.0
ROUNDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """The map of probabilities. gold: answers to gold items behind it."""

    slope: float = 0.9
    offset: float = 0.0
    gold: int = 0

    def apply(self, probability: Floats) -> Floats:
        """Return calibrated probabilities: (answers,)."""
        return np.asarray(1 / (1 + np.exp(-(self.slope * logits_of(probability) + self.offset))))


def logits_of(probability: Floats) -> Floats:
    """Return log odds, at most MOST_LOGIT in size."""
    edge = 1 / (1 + np.exp(MOST_LOGIT))
    p = np.clip(probability, edge, 1 - edge)
    return np.asarray(np.log(p) - np.log1p(-p))


def fit_odds(
    default: Odds,
    probability: Floats,
    right: Bools,
    *,
    spreads: tuple[float, float] = (SLOPE_SPREAD, OFFSET_SPREAD),
) -> Odds:
    """Return the odds with the largest posterior, by Newton's method.

    probability, right: (gold,). spreads: standard deviations of slope and offset around the default.
    """
    if not len(right):
        return default
    design = np.stack([logits_of(probability), np.ones(len(right))], axis=1)
    centre, precision = (
        np.array([default.slope, default.offset]),
        np.diag([spreads[0] ** -2, spreads[1] ** -2]),
    )
    at = centre.copy()
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-(design @ at)))
        slope = design.T @ (right - p) - precision @ (at - centre)
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + precision
        step = np.linalg.solve(curvature, slope)
        at = at + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return Odds(slope=max(float(at[0]), 0.05), offset=float(at[1]), gold=len(right))


def calibrate_answers(default: Odds, probability: Floats, right: Bools) -> tuple[Odds, HeldoutGold | None]:
    """Return the odds by all gold, and the gold answers calibrated by the gold of other folds."""
    if not len(right):
        return default, None
    fold = np.random.default_rng(0).permutation(len(right)) % max(2, min(FOLDS, len(right)))
    honest = np.empty(len(right))
    for number in np.unique(fold):
        inside = fold == number
        honest[inside] = fit_odds(default, probability[~inside], right[~inside]).apply(probability[inside])
    truth = np.ones(len(right), np.int32)
    gold = HeldoutGold(np.arange(len(right), dtype=np.int32), truth, right.astype(np.int32), honest)
    return fit_odds(default, probability, right), gold
