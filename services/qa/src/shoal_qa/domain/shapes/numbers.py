"""Numbers: the centre of the answers, with more weight for precise annotators and little for outliers.

An answer is the task's value plus noise from Student's t with DEGREES of freedom and the annotator's spread:

    weight  u = (d + 1) / (d + residual^2 / spread^2)           outliers count less
    value     = sum of u / spread^2 x answer over the same sum of weights
    spread^2  = (sum of u x residual^2 / (1 - share of the answer in its value) + s x crowd) / (answers + s)

The share in spread^2 corrects for values that follow the answers behind them: without it, the annotator with
the largest weight would seem ever more precise. Source: Lange, Little and Taylor, "Robust statistical
modeling using the t distribution", JASA 84 (1989), with spreads shrunk to the crowd's.
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, Ints

DEGREES = 4.0
SHRINK = 4.0  # weight of the crowd's spread, in answers
ROUNDS = 50
TOLERANCE = 1e-8
LEAST_REST = 0.2  # of 1 - share, which is 0 for the only answer on a task


@dataclass(frozen=True, slots=True)
class Numbers:
    """The values. value, error: (tasks,), NaN without answers; error is one standard error.

    spread: (annotators,), one sigma of each annotator.
    """

    value: Floats
    error: Floats
    spread: Floats


def merge_numbers(task: Ints, annotator: Ints, answer: Floats, *, tasks: int, annotators: int) -> Numbers:
    """Return the values of all tasks. task, annotator, answer: (answers,). Raises ValueError if infinite."""
    if not np.isfinite(answer).all():
        raise ValueError("answers must be finite")
    count = np.bincount(task, minlength=tasks).astype(np.int32)
    value = _task_medians(task, answer, count)
    shared = count[task] > 1
    crowd = _crowd_spread(np.abs(answer - value[task])[shared])
    variance, precision = np.full(annotators, crowd), np.ones(tasks)
    for _ in range(ROUNDS):
        residual = answer - value[task]
        tail = (DEGREES + 1) / (DEGREES + residual**2 / variance[annotator])
        weight = tail / variance[annotator]
        precision = np.bincount(task, weight, tasks).astype(np.float64)
        before, value = (
            value,
            _safe_ratio(np.bincount(task, weight * answer, tasks).astype(np.float64), precision),
        )
        rest = np.maximum(1 - weight / precision[task], LEAST_REST)
        squares = shared * tail * (answer - value[task]) ** 2 / rest
        informative = np.bincount(annotator, shared, annotators)
        variance = (np.bincount(annotator, squares, annotators) + SHRINK * crowd) / (informative + SHRINK)
        if np.nanmax(np.abs(value - before), initial=0) <= TOLERANCE * np.sqrt(crowd):
            break
    return Numbers(value, np.sqrt(_safe_ratio(np.ones(tasks), precision)), np.sqrt(variance))


def _safe_ratio(sums: Floats, weights: Floats) -> Floats:
    return np.where(weights > 0, sums / np.where(weights > 0, weights, 1), np.nan)


def _task_medians(task: Ints, answer: Floats, count: Ints) -> Floats:
    order = np.lexsort((answer, task))
    ranked, start = answer[order], np.cumsum(count) - count
    some = count > 0
    low, high = (np.where(some, start + (count - odd) // 2, 0) for odd in (1, 0))
    if not len(ranked):
        return np.full(len(count), np.nan)
    return np.where(some, (ranked[low] + ranked[high]) / 2, np.nan)


def _crowd_spread(distances: Floats) -> float:
    """Return a robust variance from absolute residuals, above 0 even if most answers are equal."""
    if not len(distances) or not distances.max() > 0:
        return 1.0
    middle = 1.4826 * float(np.median(distances))
    return (middle if middle > 0 else float(distances.mean())) ** 2
