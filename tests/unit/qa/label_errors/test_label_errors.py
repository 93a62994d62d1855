"""Label errors on scikit-learn's digits with seeded noise, compared with cleanlab on the same inputs."""

from collections.abc import Callable
from time import process_time

import numpy as np
import pytest
from cleanlab.filter import find_label_issues

from shoal_qa.domain.label_errors.errors import find_errors
from shoal_qa.domain.label_errors.probe import leave_one_out
from unit.qa.noises import (
    ANNOTATOR,
    CLASSES,
    CLEAN,
    FEATURES,
    NOISES,
    SIZE,
    TRUTH,
    Noise,
    annotator_dependent,
    class_dependent,
    cleanlab_s,
    feature_dependent,
    noisy,
    precision,
    uniform,
)

SEEDS = range(4)


@pytest.mark.parametrize(
    ("noise", "share", "gain"),
    [
        (uniform, 0.3, 0.0),
        (uniform, 1.0, 0.015),
        (class_dependent, 0.3, 0.0),
        (class_dependent, 1.0, 0.0),
        (annotator_dependent, 0.3, 0.0),
        (annotator_dependent, 1.0, 0.02),
        (feature_dependent, 0.3, 0.0),
        (feature_dependent, 1.0, -0.01),  # about one error in a hundred fewer, as the module explains
    ],
)
def test_precision_is_no_lower_than_cleanlab_s(noise: Noise, share: float, gain: float) -> None:
    ours, theirs = [], []
    for seed in SEEDS:
        labels, probabilities = noisy(noise, seed)
        ours.append(precision(find_errors(labels, probabilities).ranked(), labels, share))
        theirs.append(precision(cleanlab_s(labels, probabilities), labels, share))
    assert np.mean(ours) >= np.mean(theirs) + gain


def test_knowing_who_labelled_finds_more_where_some_are_careless() -> None:
    gains = []
    for seed in SEEDS:
        labels, probabilities = noisy(annotator_dependent, seed)
        told = find_errors(labels, probabilities, ANNOTATOR)
        assert (
            told.confusion[:5, range(10), range(10)].mean() < told.confusion[5:, range(10), range(10)].mean()
        )
        gains.append(
            precision(told.ranked(), labels, 1)
            - precision(find_errors(labels, probabilities).ranked(), labels, 1)
        )
    assert np.mean(gains) > 0.005


@pytest.mark.parametrize("noise", NOISES[:3])
def test_the_probability_of_being_wrong_is_one(noise: Noise) -> None:
    """The share of wrong labels in each band of probability lies near it.

    Except for the fourth noise, which a classifier cannot see.
    """
    found = [(find_errors(*noisy(noise, seed)).wrong, noisy(noise, seed)[0] != TRUTH) for seed in SEEDS]
    wrong, bad = (np.concatenate(each) for each in zip(*found, strict=True))
    assert wrong.mean() == pytest.approx(bad.mean(), abs=0.04)
    band = np.minimum((wrong * 5).astype(int), 4)
    gaps = [abs(wrong[band == b].mean() - bad[band == b].mean()) * (band == b).mean() for b in range(5)]
    assert sum(gaps) < 0.05


def test_clean_labels_are_left_alone() -> None:
    found = find_errors(TRUTH, CLEAN)
    assert found.wrong.mean() < 0.06
    assert (found.suggestion == TRUTH).mean() > 0.95


def test_suggestions_mend_labels() -> None:
    labels, probabilities = noisy(class_dependent, 0)
    found = find_errors(labels, probabilities)
    assert (found.suggestion == TRUTH).mean() > (labels == TRUTH).mean() + 0.08


def test_it_is_faster_than_cleanlab() -> None:
    labels, probabilities = noisy(uniform, 0)
    many, given = np.tile(probabilities, (20, 1)), np.tile(labels, 20)
    ours = min(_seconds(lambda: find_errors(given, many).ranked()) for _ in range(3))
    theirs = min(
        _seconds(lambda: find_label_issues(given, many, return_indices_ranked_by="self_confidence", n_jobs=1))
        for _ in range(3)
    )
    assert ours < theirs


def _seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def test_leaving_one_out_is_what_refitting_without_it_gives() -> None:
    """Compared with refits one by one, at the chosen penalty and the scale of all samples."""
    from shoal_qa.domain.label_errors import probe

    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(40, 6)), rng.integers(3, size=40).astype(np.int32)
    prepared = probe._prepare_probe(features, labels, 3)
    turned, one_hot = (features - prepared.mean) @ prepared.turn, np.eye(3)[labels]
    design = np.column_stack([np.ones(40), turned])
    penalty = np.diag([0, *[0.1 * prepared.eigenvalues[-1]] * 6])
    for i in range(40):
        rest = np.arange(40) != i
        gram = design[rest].T @ design[rest] + penalty
        refitted = design[i] @ np.linalg.solve(gram, design[rest].T @ one_hot[rest])
        assert prepared.scores(features[i : i + 1], labels[i : i + 1], 0.1)[0] == pytest.approx(refitted)


def test_the_posterior_of_one_label_by_hand() -> None:
    labels, probabilities = noisy(uniform, 1)
    found = find_errors(labels, probabilities)
    for i in range(0, SIZE, 97):
        weight = [
            (probabilities[i, k] + 1e-9) ** found.sharpness * found.confusion[0, k, labels[i]]
            for k in range(CLASSES)
        ]
        assert found.wrong[i] == pytest.approx(1 - weight[labels[i]] / sum(weight), abs=1e-12)


BAD = np.full((4, 2), 0.5)


@pytest.mark.parametrize(
    ("labels", "probabilities", "said"),
    [
        ([0, 1, 0, 1], np.full((3, 2), 0.5), "shape"),
        ([0, 1, 0, 1], np.full((4, 1), 1.0), "two classes"),
        ([0, 1, 2, 1], BAD, "row 2"),
        ([0, 1, 0, 1], BAD * [[1], [1], [1], [0.9]], "row 3"),
        ([0, 1, 0, 1], BAD * [[1], [np.nan], [1], [1]], "row 1"),
        ([0, 1, 0, 1], BAD - [[0, 0], [-1, 1], [0, 0], [0, 0]], "row 1"),
        ([], np.empty((0, 2)), "at least one"),
    ],
)
def test_bad_input_is_named(labels: list[int], probabilities: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        find_errors(np.array(labels, np.int32), probabilities)


@pytest.mark.parametrize(
    ("features", "labels", "said"),
    [
        (np.ones((4, 2)), [0, 1, 0, 1], "vary"),
        (np.eye(4), [1, 1, 1, 1], "two different"),
        (np.full((4, 2), np.nan), [0, 1, 0, 1], "finite"),
        (np.eye(3), [0, 1, 0, 1], "shape"),
        (np.eye(4), [0, 1, 0, 2], "labels must"),
    ],
)
def test_bad_features_are_named(features: np.ndarray, labels: list[int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        leave_one_out(features, np.array(labels, np.int32), 2)


def test_more_columns_than_samples_and_dead_columns_are_fine() -> None:
    features = np.column_stack([FEATURES[:50], np.zeros((50, 30))])
    probabilities = leave_one_out(features, TRUTH[:50], CLASSES)
    assert (probabilities.argmax(axis=1) == TRUTH[:50]).mean() > 0.6
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(50))
