"""Learning curves of several strategies over several seeds, and their comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shoal.files.errors import BadInput
from shoal.wording import format_count
from shoal_sampler.domain.pools.pool import Report, ignore_progress
from shoal_sampler.domain.simulation import Labelled, Point, labels_needed, learning_curve
from shoal_sampler.domain.strategies import file_strategies
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors
from shoal_sampler.usecases.files.inputs import unit_directions

FEW_ROWS = 500  # 400 labels are 80 % of them, all that a seed draws
LEAST_ROWS = 4
TEST_SHARE = 0.3  # share of the rows held out without a test set
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Curve:
    """One strategy's curves: accuracy and macro_f1 are (seeds, budgets)."""

    strategy: str
    budgets: Sequence[int]
    accuracy: Floats
    macro_f1: Floats

    def interval(self, index: int) -> tuple[float, float, float]:
        """Return the mean accuracy at a budget and its 95 % interval over seeds (Student's t)."""
        return mean_interval(self.accuracy[:, index])


def mean_interval(values: Floats) -> tuple[float, float, float]:
    """Return the mean of (seeds,) values and its 95 % interval by Student's t; one seed has no width."""
    from scipy.special import stdtrit  # the import takes 0.1 s, which only a finished curve needs

    mean, n = float(values.mean()), len(values)
    if n < 2:
        return mean, mean, mean
    half = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * float(values.std(ddof=1)) / n**0.5
    return mean, mean - half, mean + half


@dataclass(frozen=True, slots=True)
class LabelCost:
    """Labels that a strategy needs to reach random's accuracy at the largest budget.

    labels: by the mean curve, infinite if it never gets there. ratio: labels / the largest budget. reached:
    number of seeds that got there.
    """

    strategy: str
    labels: float
    ratio: float
    reached: int


def split_rows(
    vectors: Vectors, labels: Sequence[str], test: tuple[Vectors, Sequence[str]] | None, seed: int
) -> tuple[Labelled, Labelled]:
    """Return training and test rows; without a test set, a random 30 % is held out. Raises BadInput."""
    _check_lengths(vectors, labels, "embeddings", "labels")
    if test is not None:
        _check_lengths(*test, "test embeddings", "test labels")
        if test[0].shape[1] != vectors.shape[1]:
            raise BadInput(
                f"test embeddings have {format_count(test[0].shape[1], 'column')}, embeddings {vectors.shape[1]}"
            )
    _check_size(labels, test)
    names = sorted({*labels, *(test[1] if test else ())})
    number = {name: index for index, name in enumerate(names)}
    scale = np.float32(1 / np.sqrt(np.mean(np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64))))
    everything = _labelled_rows(vectors, [number[name] for name in labels], len(names), scale)
    if test is not None:
        return everything, _labelled_rows(test[0], [number[name] for name in test[1]], len(names), scale)
    order = np.random.default_rng(seed).permutation(len(vectors))
    test_rows = max(1, round(TEST_SHARE * len(order)))
    return _rows_of(everything, np.sort(order[test_rows:])), _rows_of(everything, np.sort(order[:test_rows]))


def default_budgets(rows: int) -> list[int]:
    """Return three numbers of labels to buy from `rows` rows: 100, 200 and 400, or fewer of few rows.

    A seed draws 80 % of the rows, and where the last budget buys nearly all of them, strategies do not
    differ: of few rows the budgets are a tenth, two and four tenths.
    """
    first = 100 if rows >= FEW_ROWS else max(1, rows // 10)
    return [budget for budget in (first, 2 * first, 4 * first) if budget <= max(1, 0.8 * rows)]


def simulate_strategies(
    data: Labelled,
    test: Labelled,
    *,
    strategies: Sequence[str],
    budgets: Sequence[int],
    seeds: int,
    report: Report = ignore_progress,
) -> Iterator[Curve]:
    """Yield each strategy's curves as soon as they are complete. Raises BadInput."""
    unknown = [name for name in strategies if name not in file_strategies()]
    if unknown:
        raise BadInput(f"{unknown[0]!r} is unknown: use {', '.join(file_strategies())}", field="strategies")
    if list(budgets) != sorted(set(budgets)) or budgets[0] < 1 or budgets[-1] > len(data.labels):
        raise BadInput(
            f"must be in rising order, from 1 to {len(data.labels):,}, the rows that can be bought; they are "
            f"{', '.join(map(str, budgets))}",
            field="budgets",
        )
    if seeds < 1:
        raise BadInput(f"{seeds}: give at least 1", field="seeds")
    count, total = 0, len(strategies) * seeds
    for name in strategies:
        points: list[list[Point]] = []
        for seed in range(seeds):
            points.append(learning_curve(data, test, strategy=name, budgets=budgets, seed=seed))
            count += 1
            report(count, total)
        accuracy = np.array([[point.accuracy for point in seed_points] for seed_points in points], np.float32)
        f1 = np.array([[point.macro_f1 for point in seed_points] for seed_points in points], np.float32)
        yield Curve(name, budgets, accuracy, f1)


def label_costs(curves: Sequence[Curve]) -> list[LabelCost]:
    """Return the labels that each strategy needs to reach random's mean accuracy at the largest budget.

    Computed from mean curves; empty without random.
    """
    random = next((curve for curve in curves if curve.strategy == "random"), None)
    if random is None:
        return []
    goal = float(random.accuracy[:, -1].mean())
    out = []
    for curve in curves:
        labels = labels_needed(curve.budgets, curve.accuracy.mean(axis=0).tolist(), goal)
        reached = int((curve.accuracy.max(axis=1) >= goal).sum())
        out.append(LabelCost(curve.strategy, labels, labels / random.budgets[-1], reached))
    return out


def _labelled_rows(vectors: Vectors, labels: Sequence[int], classes: int, scale: np.float32) -> Labelled:
    unit = unit_directions(vectors.astype(np.float32, copy=True), "embeddings")
    return Labelled(vectors * scale, unit, np.array(labels, np.int64), classes)


def _rows_of(data: Labelled, rows: Indices) -> Labelled:
    return Labelled(data.vectors[rows], data.directions[rows], data.labels[rows], data.classes)


def _check_size(labels: Sequence[str], test: tuple[Vectors, Sequence[str]] | None) -> None:
    if len(labels) < LEAST_ROWS:
        least = f"a simulation needs {LEAST_ROWS} rows or more, of at least two classes"
        raise BadInput(
            f"embeddings have {format_count(len(labels), 'row')}, of which some are test rows: {least}"
        )
    if test is not None and not len(test[1]):
        raise BadInput("test embeddings have no rows")
    if len(classes := set(labels)) == 1:
        raise BadInput(f"every row has the label {classes.pop()!r}: a simulation needs at least two classes")


def _check_lengths(vectors: Vectors, labels: Sequence[str], what: str, label_file: str) -> None:
    if len(vectors) != len(labels):
        raise BadInput(
            f"{what} have {len(vectors)} rows, {label_file} {len(labels)}: give one label for each row"
        )
    empty = [row for row, label in enumerate(labels) if not label]
    if empty:
        raise BadInput(f"{label_file}, row {empty[0]} is empty: a simulation needs every label")
