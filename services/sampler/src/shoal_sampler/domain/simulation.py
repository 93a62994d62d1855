"""Learning curves: what a strategy would have bought, on data whose labels are all known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_sampler.domain.models.probe import Probe, fit_probe
from shoal_sampler.domain.pools.pool import Pool, Report, Strategy, ignore, pool_of
from shoal_sampler.domain.strategies import STRATEGIES
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

SUBSAMPLE = 0.8  # of the pool, drawn anew for each seed, so that intervals speak for the pool too


@dataclass(frozen=True, slots=True)
class Labelled:
    """vectors: (n, d) as the model sees them; directions: (n, d) unit rows; labels: (n,) in [0, classes)."""

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


def curve(
    data: Labelled,
    test: Labelled,
    *,
    strategy: str,
    budgets: Sequence[int],
    seed: int,
    strength: float = 10.0,
    report: Report = ignore,
) -> list[Point]:
    """Return the learning curve of one strategy and seed: choose, label, fit a linear model, test, and again.

    The first batch is chosen without a model; a strategy that needs one and returns too few is filled up at random.
    strength: the model's inverse regularisation (probe.py).
    """
    rng = np.random.default_rng(seed)
    everything = rng.permutation(len(data.labels))[: max(max(budgets), round(SUBSAMPLE * len(data.labels)))]
    chance = rng.random(len(data.labels)).astype(np.float32)
    labelled = np.empty(0, np.int64)
    points, probe = list[Point](), None
    for done, budget in enumerate(budgets):
        rest = np.setdiff1d(everything, labelled)
        pool = _pool(data, rest, labelled=labelled, probe=probe, chance=chance, seed=seed)
        picks = _exactly(STRATEGIES[strategy], pool, min(budget, len(everything)) - len(labelled))
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
        report(done + 1, len(budgets))
    return points


def _pool(
    data: Labelled, rest: Indices, *, labelled: Indices, probe: Probe | None, chance: Floats, seed: int
) -> Pool:
    return pool_of(
        data.directions[rest],
        scores=probe.probabilities(data.vectors[rest]) if probe else None,
        draws=chance[rest],
        chosen=data.directions[labelled],
        labels=data.labels[labelled],
        chosen_scores=probe.probabilities(data.vectors[labelled]) if probe else None,
        seed=seed,
    )


def _exactly(strategy: Strategy, pool: Pool, k: int) -> Indices:
    picks = strategy(pool, k).indices
    if len(picks) < k:
        others = np.setdiff1d(np.arange(len(pool)), picks)
        picks = np.concatenate([picks, others[np.argsort(pool.draws[others])][: k - len(picks)]])
    return picks


def macro_f1(truth: Indices, predicted: Indices, classes: int) -> float:
    """Return the mean F1 of the classes that occur in the truth."""
    hits = np.bincount(truth[truth == predicted], minlength=classes)
    given, there = np.bincount(predicted, minlength=classes), np.bincount(truth, minlength=classes)
    f1 = 2 * hits / np.maximum(given + there, 1)
    return float(f1[there > 0].mean())


def labels_needed(budgets: Sequence[int], accuracy: Sequence[float], goal: float) -> float:
    """Return the labels at which a curve first reaches `goal`, linear between budgets; infinite where it never does."""
    for place, value in enumerate(accuracy):
        if value >= goal:
            if place == 0:
                return float(budgets[0])
            before = accuracy[place - 1]
            part = (goal - before) / (value - before)
            return budgets[place - 1] + part * (budgets[place] - budgets[place - 1])
    return float("inf")
