"""Predictions that are right or not, by their score and by a label that says the same or not.

    p(right | score x)   = 1 / (1 + exp(-(a + b logit x)))
    p(label says so too) = recall if the prediction is right, chance otherwise

All four numbers maximise the likelihood of the labels (EM; priors keep them near those of careful labels). So
scores need not be calibrated: 0.4 of a timid detector may mean that an object is almost surely there. The
scores count in BINS, so that the time hardly depends on the number of objects.

A labelled object that no prediction marks says nothing about scores. The model assumes that labels invent as
many objects as they miss, and doubts those more whose class predictions rarely miss.

The errors to look for are those of Tkachenko, Thyagarajan and Mueller, "ObjectLab: automated diagnosis of
mislabeled images in object detection data" (2023), which works with fixed thresholds of scores.
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.votes.arrays import Bools, Floats, Ints

BINS = 200
MOST_LOGIT = 6.0
ROUNDS = 100
CENTRE, PRECISION = np.array([0.0, 1.0]), np.array([0.1, 4.0])  # of a and b
MOST_DOUBT = 0.95  # of a labelled object that no prediction marks
CLASS_WEIGHT = 10.0  # of the share that predictions miss of all classes, in objects of one class


@dataclass(frozen=True, slots=True)
class Prior:
    """A share before any label was seen, and its weight in predictions."""

    mean: float
    weight: float

    def share_of(self, counts: Floats) -> float:
        """Return the share of labels that agree. counts: (bins, 2), of those that do not and that do."""
        return float((counts[:, 1].sum() + self.weight * self.mean) / (counts.sum() + self.weight))


RECALL = Prior(0.95, 20.0)
CHANCE = Prior(0.003, 1000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreModel:
    """What scores mean, and how often labels say the same. line: a and b of the module."""

    line: Floats
    recall: float
    chance: float

    def right(self, agrees: Bools, score: Floats) -> Floats:
        """Return the probability that predictions are right, by label and score: (predictions,)."""
        right = _chances_at(self.line[0] + self.line[1] * _logits_of(score))
        yes = np.where(agrees, self.recall, 1 - self.recall) * right
        no = np.where(agrees, self.chance, 1 - self.chance) * (1 - right)
        return np.asarray(yes / (yes + no))


def fit_scores(agrees: Bools, score: Floats, *, recall: Prior = RECALL, chance: Prior = CHANCE) -> ScoreModel:
    """Return what the scores of predictions mean.

    agrees: (predictions,), whether the label says the same: that there is an object, its class, its place.
    score: (predictions,), in (0, 1]. recall, chance: before any label was seen.
    """
    position = (_logits_of(score) + MOST_LOGIT) / (2 * MOST_LOGIT) * BINS
    in_bin = np.minimum(position.astype(np.int64), BINS - 1)
    counts = np.bincount(2 * in_bin + agrees, minlength=2 * BINS).reshape(BINS, 2).astype(np.float64)
    middle = (np.arange(BINS) + 0.5) / BINS * 2 * MOST_LOGIT - MOST_LOGIT
    return _fit_presence(counts, middle, recall, chance)


def _logits_of(score: Floats) -> Floats:
    edge = 1 / (1 + np.exp(MOST_LOGIT))
    p = np.clip(score, edge, 1 - edge)
    return np.asarray(np.log(p) - np.log1p(-p))


def _fit_presence(counts: Floats, logit: Floats, recall: Prior, chance: Prior) -> ScoreModel:
    """Return the model of most likelihood. counts: (bins, 2), of labels that do not agree and that do."""
    line, hits, coincidences = CENTRE.copy(), recall.mean, chance.mean
    for _ in range(ROUNDS):
        right = _chances_at(line[0] + line[1] * logit)[:, None]
        yes, no = right * [1 - hits, hits], (1 - right) * [1 - coincidences, coincidences]
        true = counts * yes / (yes + no)
        hits, coincidences = recall.share_of(true), chance.share_of(counts - true)
        line = _step_line(line, true.sum(axis=1), counts.sum(axis=1), logit)
    return ScoreModel(line=line, recall=hits, chance=coincidences)


def _step_line(line: Floats, true: Floats, count: Floats, logit: Floats) -> Floats:
    """Return a and b after one step of Newton's method towards the true objects of each bin."""
    design = np.stack([np.ones(len(logit)), logit], axis=1)
    p = _chances_at(design @ line)
    slope = design.T @ (true - count * p) - PRECISION * (line - CENTRE)
    curvature = design.T @ (design * (count * p * (1 - p))[:, None]) + np.diag(PRECISION)
    step = np.clip(np.linalg.solve(curvature, slope), -1, 1)
    return np.array([line[0] + step[0], max(line[1] + step[1], 0.05)])


def _chances_at(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))


def doubt_unpredicted(label: Ints, predicted: Bools, missing: float) -> Floats:
    """Return the probability that a labelled object that no prediction marks is not there: (objects,).

    label: (objects,), classes of labelled objects. predicted: (objects,), whether a prediction marks it; the
    others get 0. missing: expected number of objects that labels miss, which is taken for that of spurious
    ones; each class has its share of them by its labels.
    """
    marked = np.bincount(label, minlength=1).astype(np.float64)
    unseen = np.bincount(label, ~predicted, len(marked))
    share = (unseen.sum() + 1) / (len(label) + 1)
    unseen = unseen + CLASS_WEIGHT * share
    spurious = missing / max(len(label), 1) * (marked + CLASS_WEIGHT)
    doubt = np.minimum(spurious / unseen, MOST_DOUBT)
    return np.where(predicted, 0.0, doubt[label])
