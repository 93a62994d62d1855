"""Learning curves: what a strategy would have bought, simulated on fully labelled data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_sampler.domain.models.probe import Probe, fit_probe
from shoal_sampler.domain.pools.pool import Pool, Report, Strategy, ignore_progress, pool_of
from shoal_sampler.domain.strategies import STRATEGIES
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

SUBSAMPLE = 0.8  # share of the pool drawn for each seed, so that intervals cover the choice of the pool too


@dataclass(frozen=True, slots=True)
class Labelled:
    """vectors: (n, d) as the model gets them; directions: (n, d) unit rows; labels: (n,) in [0, classes)."""

    vectors: Vectors
    directions: Vectors
    labels: Indices
    classes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The model after `budget` labels: accuracy and macro-F1 on the test rows."""

    strategy: str
    seed: int
    budget: int
    accuracy: float
    macro_f1: float


def learning_curve(
    data: Labelled,
    test: Labelled,
    *,
    strategy: str,
    budgets: Sequence[int],
    seed: int,
    strength: float = 10.0,
    report: Report = ignore_progress,
) -> list[Point]:
    """Return the learning curve of one strategy and seed: choose, label, fit a linear model, test, repeat.

    The first batch is chosen without a model. If a strategy needs scores and returns too few rows, random
    rows fill the batch. strength: the model's inverse regularisation (probe.py).
    """
    rng = np.random.default_rng(seed)
    everything = rng.permutation(len(data.labels))[: max(max(budgets), round(SUBSAMPLE * len(data.labels)))]
    chance = rng.random(len(data.labels)).astype(np.float32)
    labelled = np.empty(0, np.int64)
    points, probe = list[Point](), None
    for index, budget in enumerate(budgets):
        rest = np.setdiff1d(everything, labelled)
        pool = _remaining_pool(data, rest, labelled=labelled, probe=probe, chance=chance, seed=seed)
        picks = _pick_exactly(STRATEGIES[strategy], pool, min(budget, len(everything)) - len(labelled))
        labelled = np.concatenate([labelled, rest[picks]])
        probe = fit_probe(
            data.vectors[labelled], data.labels[labelled], classes=data.classes, strength=strength
        )
        predicted = probe.logits(test.vectors).argmax(axis=1)
        accuracy = float((predicted == test.labels).mean())
        points.append(
            Point(
                strategy=strategy,
                seed=seed,
                budget=budget,
                accuracy=accuracy,
                macro_f1=macro_f1(test.labels, predicted, data.classes),
            )
        )
        report(index + 1, len(budgets))
    return points


def _remaining_pool(
    data: Labelled, rest: Indices, *, labelled: Indices, probe: Probe | None, chance: Floats, seed: int
) -> Pool:
    return pool_of(
        data.directions[rest],
        scores=probe.probabilities(data.vectors[rest]) if probe else None,
        draws=chance[rest],
        chosen_vectors=data.directions[labelled],
        labels=data.labels[labelled],
        chosen_scores=probe.probabilities(data.vectors[labelled]) if probe else None,
        seed=seed,
    )


def _pick_exactly(strategy: Strategy, pool: Pool, k: int) -> Indices:
    picks = strategy(pool, k).indices
    if len(picks) < k:
        others = np.setdiff1d(np.arange(len(pool)), picks)
        picks = np.concatenate([picks, others[np.argsort(pool.draws[others])][: k - len(picks)]])
    return picks


def macro_f1(truth: Indices, predicted: Indices, classes: int) -> float:
    """Return the mean F1 of the classes that occur in the truth."""
    hits = np.bincount(truth[truth == predicted], minlength=classes)
    predictions, occurrences = (
        np.bincount(predicted, minlength=classes),
        np.bincount(truth, minlength=classes),
    )
    f1 = 2 * hits / np.maximum(predictions + occurrences, 1)
    return float(f1[occurrences > 0].mean())


def labels_needed(budgets: Sequence[int], accuracy: Sequence[float], goal: float) -> float:
    """Return the labels at which a curve first reaches `goal`, linear between budgets; inf if never."""
    for index, value in enumerate(accuracy):
        if value >= goal:
            if index == 0:
                return float(budgets[0])
            before = accuracy[index - 1]
            part = (goal - before) / (value - before)
            return budgets[index - 1] + part * (budgets[index] - budgets[index - 1])
    return float("inf")
