"""Digits with labels corrupted in four seeded ways, and out-of-sample probabilities of a probe."""

from collections.abc import Callable
from functools import cache

import numpy as np
from cleanlab.filter import find_label_issues
from sklearn.datasets import load_digits

from shoal_qa.domain.label_errors.probe import leave_one_out

CLASSES = 10
FEATURES, TRUTH = load_digits(return_X_y=True)
TRUTH = TRUTH.astype(np.int32)
SIZE = len(TRUTH)
CLEAN = leave_one_out(FEATURES, TRUTH, CLASSES)
ANNOTATOR = np.arange(SIZE, dtype=np.int32) * 7 % 20
Noise = Callable[[np.random.Generator], np.ndarray]


def elsewhere(rng: np.random.Generator, bad: np.ndarray) -> np.ndarray:
    """Return labels with another random class where `bad` is true."""
    return np.where(bad, (TRUTH + rng.integers(1, CLASSES, SIZE)) % CLASSES, TRUTH)


def uniform(rng: np.random.Generator) -> np.ndarray:
    """Errors are equally likely everywhere."""
    return elsewhere(rng, rng.random(SIZE) < 0.15)


def class_dependent(rng: np.random.Generator) -> np.ndarray:
    """Some classes are mistaken for one other class."""
    partner, rate = np.roll(rng.permutation(CLASSES), 1), rng.uniform(0, 0.3, CLASSES)
    labels = elsewhere(rng, rng.random(SIZE) < 0.03)
    return np.where(rng.random(SIZE) < rate[TRUTH], partner[TRUTH], labels)


def annotator_dependent(rng: np.random.Generator) -> np.ndarray:
    """Most errors are by five of twenty annotators."""
    return elsewhere(rng, rng.random(SIZE) < np.where(ANNOTATOR < 5, 0.45, 0.05))


def feature_dependent(rng: np.random.Generator) -> np.ndarray:
    """Errors go to a nearly as probable class."""
    second = CLEAN.copy()
    second[np.arange(SIZE), TRUTH] = 0
    doubt = second.max(axis=1)
    bad = rng.random(SIZE) < np.minimum(0.15 * doubt / doubt.mean(), 0.9)
    return np.where(bad, second.argmax(axis=1), TRUTH)


NOISES = [uniform, class_dependent, annotator_dependent, feature_dependent]


@cache
def noisy(noise: Noise, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return corrupted labels, and probabilities by a probe that learned from them."""
    labels = noise(np.random.default_rng(seed)).astype(np.int32)
    return labels, leave_one_out(FEATURES, labels, CLASSES)


def precision(ranked: np.ndarray, labels: np.ndarray, share: float) -> float:
    """Return the precision among the first samples, as many as `share` of the number of errors."""
    bad = labels != TRUTH
    return float(bad[ranked[: int(share * bad.sum())]].mean())


def cleanlab_s(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return cleanlab's ranking: its issues first, the rest by self-confidence."""
    found = find_label_issues(labels, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    confidence = probabilities[np.arange(SIZE), labels]
    rest = np.setdiff1d(np.arange(SIZE), found)
    return np.concatenate([found, rest[np.argsort(confidence[rest])]])
