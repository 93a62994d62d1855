"""Errors of things: objects that a label marks, that predictions mark, or both."""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.label_errors.matching import NOTHING
from shoal_qa.domain.label_errors.places import misplaced_labels
from shoal_qa.domain.label_errors.presence import Prior, doubt_unpredicted, fit_scores
from shoal_qa.domain.votes.arrays import Bools, Floats, Ints

SAME_ERROR = 0.05  # chance that a label has the same wrong class as a prediction, over other classes
SAME_WEIGHT = 50.0  # of that chance, in labels
PLACED = 0.97  # share of labels in the right place, as sure as all labels: distances cannot tell whose fault
FAR = 0.5  # probability of an unusual distance that counts as one
SPREAD = 0.2  # of scores over classes other than the best one, shared evenly


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """Things of all tasks.

    label: (things,), class of the label, or NOTHING. scores: (things, classes), of the best prediction of
    each class, 0 without one. distance: (things,), of the label's object from the prediction, 0 to 1; NaN
    unless there are both.
    """

    label: Ints
    scores: Floats
    distance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingErrors:
    """Probabilities of errors: (things,) each. suggestion: (things,), the most probable class."""

    missing: Floats
    spurious: Floats
    other_class: Floats
    misplaced: Floats
    suggestion: Ints


def find_thing_errors(things: Things, tolerance: float) -> ThingErrors:
    """Return the probabilities of a missing object, a spurious one, another class, and a bad place.

    tolerance: the distance of answers that agree.
    """
    score = things.scores.max(axis=1)
    labelled, predicted = things.label != NOTHING, score > 0
    there = np.ones(len(score))
    of_presence = fit_scores(labelled[predicted], score[predicted])
    there[predicted] = of_presence.right(labelled[predicted], score[predicted])
    missing = np.where(labelled, 0.0, there)
    spurious = np.where(labelled, 1 - there, 0.0)
    rows = np.flatnonzero(labelled)
    if len(rows):
        # Labels miss as many of the objects that the model misses, and invent as many as they miss.
        expected = float(missing.sum()) / max(float(predicted[rows].mean()), 0.1)
        spurious *= min(1.0, expected / 2 / max(float(spurious.sum()), 1e-9))
        unseen = doubt_unpredicted(things.label[rows], predicted[rows], expected)
        spurious[rows] = np.maximum(spurious[rows], unseen)
    other, suggestion = _other_classes(things, labelled & predicted)
    return ThingErrors(
        missing=missing,
        spurious=spurious,
        other_class=other,
        misplaced=_bad_places(things.distance, score, tolerance),
        suggestion=suggestion,
    )


def _bad_places(distance: Floats, score: Floats, tolerance: float) -> Floats:
    """Return the probability that labels are badly placed: far from a prediction whose place is right."""
    far = misplaced_labels(distance, tolerance)
    rows = np.flatnonzero(np.isfinite(distance))
    if len(rows):
        model = fit_scores(far[rows] < FAR, score[rows], recall=Prior(PLACED, len(rows)))
        far[rows] *= model.right(np.zeros(len(rows), np.bool_), score[rows])
    return far


def _other_classes(things: Things, both: Bools) -> tuple[Floats, Ints]:
    """Return the probability that the class of the label is wrong, and the most probable class.

    A label that names another class than the best prediction is wrong if that prediction is right. If it is
    not, the class of the label is the likelier the higher its own score among those of other classes.
    """
    guess = things.scores.argmax(axis=1).astype(np.int32)
    suggestion = np.where(both | (things.label == NOTHING), guess, things.label).astype(np.int32)
    other, rows, classes = np.zeros(len(both)), np.flatnonzero(both), things.scores.shape[1]
    if not len(rows) or classes < 2:
        return other, suggestion
    label, best, at = things.label[rows], guess[rows], np.arange(len(rows))
    scores = things.scores[rows].copy()
    score = scores[at, best].copy()
    scores[at, best] = 0
    same = label == best
    right = fit_scores(same, score, chance=Prior(SAME_ERROR / (classes - 1), SAME_WEIGHT)).right(same, score)
    share = (scores[at, label] + SPREAD / classes) / (scores.sum(axis=1) + SPREAD)
    apart = right / (right + (1 - right) * share * (classes - 1))
    other[rows] = np.where(label == best, 1 - right, apart)
    suggestion[rows] = np.where(other[rows] > 0.5, np.where(label == best, label, best), label)
    return other, suggestion
