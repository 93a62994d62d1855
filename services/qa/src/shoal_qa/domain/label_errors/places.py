"""Labels that lie unusually far from what others, or a model, say: badly placed objects, numbers far off.

Distances of objects, 1 - overlap, gather around a median, since nobody hits an edge exactly: their log odds
have a Student's t distribution, whose scale is that of the distances above the median. Distances of numbers
and texts gather at 0, as one half of such a distribution. Those of wrong labels are spread evenly from 0 to 1
in both cases. The share of wrong ones maximises the likelihood (EM). So what is far depends on the data: a
detector with loose boxes makes an overlap of 0.7 usual, a precise one makes it suspicious.
"""

import numpy as np
from scipy.special import gammaln, stdtrit

from shoal_qa.domain.votes.arrays import Floats

ROUNDS = 30
FREEDOM = 10.0  # degrees of freedom of Student's t: heavier tails than a normal one, since models err as well
UPPER = 0.75  # quantile that tells the scale; more than a quarter of errors would widen it
PRIOR_WEIGHT = 10.0  # of the usual distance, in labels
USUAL_SCALE, LEAST_SCALE = 0.7, 0.2
SHARE, SHARE_WEIGHT = 0.02, 20.0  # of wrong labels before any was seen
EITHER = 0.5
SMALLEST = 1e-4
MIDDLE = float(stdtrit(FREEDOM, 0.75))  # median of the half of Student's t


def misplaced_labels(distance: Floats, tolerance: float) -> Floats:
    """Return the probability that labels are too far off: (labels,), never falling with the distance.

    distance: (labels,) from 0 to 1, NaN if unknown, whose probability is 0. tolerance: distance of answers
    that agree, half of which is taken for usual before any label was seen.
    """
    rows = np.flatnonzero(np.isfinite(distance))
    wrong = np.zeros(len(distance))
    if not len(rows):
        return wrong
    d = np.clip(distance[rows], SMALLEST, 1 - SMALLEST)
    logit = np.log(d) - np.log1p(-d)
    usual = np.clip(tolerance / 2, SMALLEST, 0.5)
    at, share, doubt = float(np.log(usual / (1 - usual))), SHARE, np.zeros(len(d))
    order = np.argsort(logit, kind="stable")
    for _ in range(ROUNDS):
        centre, scale = _usual_distances(logit[order], 1 - doubt[order], at)
        good = (1 - share) * _t_density((logit - centre) / scale) / scale
        bad = share * d * (1 - d)
        doubt = np.where(logit > centre, bad / (bad + good), 0.0)
        share = float((doubt.sum() + SHARE * SHARE_WEIGHT) / (len(d) + SHARE_WEIGHT))
    doubt[order] = np.maximum.accumulate(doubt[order])
    wrong[rows] = doubt
    return wrong


def far_labels(distance: Floats, tolerance: float) -> Floats:
    """Return the probability that numbers, texts and rankings are too far off: (labels,), as above.

    Answers that agree only if they are equal, pairs and ratings, have no usual distance: of two that differ,
    either may be wrong.
    """
    wrong = np.zeros(len(distance))
    if not len(distance):
        return wrong
    if tolerance == 0:
        return np.where(distance > 0, EITHER, 0.0)
    order = np.argsort(distance, kind="stable")
    d, usual = distance[order], tolerance / 2
    share, doubt = SHARE, np.zeros(len(d))
    for _ in range(ROUNDS):
        mass = np.cumsum(1 - doubt)
        middle = float(d[min(np.searchsorted(mass, mass[-1] / 2), len(d) - 1)])
        scale = (middle / MIDDLE * mass[-1] + usual * PRIOR_WEIGHT) / (mass[-1] + PRIOR_WEIGHT)
        good = (1 - share) * 2 * _t_density(d / scale) / scale
        doubt = np.where(d > scale, share / (share + good), 0.0)
        share = float((doubt.sum() + SHARE * SHARE_WEIGHT) / (len(d) + SHARE_WEIGHT))
    wrong[order] = doubt
    return wrong


def _usual_distances(logit: Floats, weight: Floats, at: float) -> tuple[float, float]:
    """Return centre and scale of right labels. logit: sorted. weight: that each is right."""
    mass = np.cumsum(weight)
    total = max(float(mass[-1]), 1e-9)
    at_share = np.minimum(np.searchsorted(mass, np.array([0.5, UPPER]) * total), len(logit) - 1)
    middle, upper = logit[at_share].tolist()
    scale = (upper - middle) / float(stdtrit(FREEDOM, UPPER))
    parts = np.array([total, PRIOR_WEIGHT]) / (total + PRIOR_WEIGHT)
    return float(parts @ [middle, at]), max(LEAST_SCALE, float(parts @ [scale, USUAL_SCALE]))


def _t_density(z: Floats) -> Floats:
    """Return the density of Student's t."""
    constant = gammaln((FREEDOM + 1) / 2) - gammaln(FREEDOM / 2) - np.log(FREEDOM * np.pi) / 2
    return np.asarray(np.exp(constant - (FREEDOM + 1) / 2 * np.log1p(z**2 / FREEDOM)))
