"""Krippendorff's alpha for answers of any shape: agreement beyond what chance would give.

    alpha = 1 - observed / expected,
    observed = mean over answers of their distance to the other answers on the same unit,
    expected = mean distance of all pairs of answers, across units

1 is perfect agreement, 0 is chance. Units with one answer do not count. Distances of values are
Krippendorff's squared differences (nominal, ordinal, interval, ratio); distances of sets, boxes and texts are
used as they are, as in NLTK. Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011);
Passonneau, LREC 2006 (MASI).

Memory is O(answers): pairs within units are formed lag by lag, never as a table of units by annotators.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, VoteArrays
from shoal_qa.domain.votes.voted_pairs import voted_pairs

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Rows = NDArray[np.int64]
Distance = Callable[[Rows, Rows], Floats]
"""Distances of pairs of answers, by their numbers: (pairs,), (pairs,) -> (pairs,)."""

NORMAL_95 = 1.959964
CELLS = 4_000_000  # entries of a distance matrix in memory at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Alpha:
    """The coefficient and its 95 % interval; None if answers cannot vary.

    units, answers: the numbers that count. The interval treats units as a random sample and the expected
    distance as exact, as Krippendorff's bootstrap does (the standard error of a ratio of means). Below some
    thirty units it is too narrow.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int
    answers: int


def alpha_of_votes(votes: VoteArrays) -> Alpha:
    """Return alpha of unordered labels from counts of equal votes: O(votes), for any number of classes."""
    pairs, per_task = voted_pairs(votes), votes.votes_per_task().astype(np.float64)
    several = per_task > 1
    counts = per_task[several]
    alike = pairs.by_task(pairs.by_pair() ** 2)[several]
    shared = several[votes.task]
    labels = np.bincount(votes.label[shared], minlength=votes.classes)
    expected = _expected_distance(labels.astype(np.float64), labels, "nominal")
    return _from_units((counts**2 - alike) / np.maximum(counts - 1, 1), counts, expected)


def alpha_of_values(unit: NDArray[np.integer], value: Floats, level: Level) -> Alpha:
    """Return alpha of values at a level of measurement.

    unit, value: (answers,). Raises ValueError for values that are not finite, or below 0 on a ratio scale.
    """
    if not np.isfinite(value).all():
        raise ValueError("values must be finite")
    if level == "ratio" and value.min(initial=0) < 0:
        raise ValueError("values on a ratio scale must be 0 or more")
    shared = _shares_unit(unit)
    unit, value = unit[shared], value[shared]
    values, code, counts = np.unique(value, return_inverse=True, return_counts=True)
    position = _value_positions(values, counts, level)
    return _alpha_from_pairs(
        unit,
        lambda i, j: _squared_distances(position[code[i]], position[code[j]], level),
        _expected_distance(position, counts, level),
    )


def alpha_of_distances(answers: NDArray[np.integer], apart: Floats, expected: float) -> Alpha:
    """Return alpha from the number of answers and their mean distance on each unit, (units,) each."""
    several = answers > 1
    counts = answers[several].astype(np.float64)
    return _from_units(apart[several] * counts, counts, expected)


def expected_distance(
    unit: NDArray[np.integer], distance: Distance, rng: np.random.Generator, pairs: int = 1_000_000
) -> float:
    """Return the mean distance of all pairs of answers that share their unit with others; 0 without any.

    Of more than `pairs`, it is that of `pairs` random ones. unit: (answers,). distance: of pairs of answers,
    by their index in `unit`.
    """
    shared = np.flatnonzero(_shares_unit(unit))
    n = len(shared)
    if n * (n - 1) // 2 <= pairs:
        first, second = np.triu_indices(n, 1)
    else:
        first = rng.integers(n, size=pairs)
        second = (first + rng.integers(1, n, size=pairs)) % n
    return float(distance(shared[first], shared[second]).mean()) if n else 0.0


def _shares_unit(unit: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return whether each answer shares its unit with another: (answers,)."""
    _, code, counts = np.unique(unit, return_inverse=True, return_counts=True)
    return np.asarray(counts[code] > 1)


def _alpha_from_pairs(unit: NDArray[np.integer], distance: Distance, expected: float) -> Alpha:
    order = np.argsort(unit, kind="stable")
    _, code, counts = np.unique(unit[order], return_inverse=True, return_counts=True)
    units = len(counts)
    sums, lag = np.zeros(units), 1
    while len(left := np.flatnonzero(code[lag:] == code[:-lag])):
        sums += np.bincount(code[left], weights=distance(order[left], order[left + lag]), minlength=units)
        lag += 1
    return _from_units(2 * sums / (counts - 1), counts, expected)


def _from_units(disagreement: Floats, counts: NDArray[np.number], expected: float) -> Alpha:
    """Return alpha from units: the summed disagreement of their answers, and their numbers, (units,) each."""
    units, answers = len(counts), int(counts.sum())
    if not answers or not expected > 0:
        return Alpha(value=None, low=None, high=None, units=units, answers=answers)
    observed = disagreement.sum() / answers
    value = 1 - observed / expected
    spread = ((disagreement - observed * counts) ** 2).sum() * units / max(units - 1, 1)
    half = NORMAL_95 * sqrt(spread) / answers / expected
    return Alpha(
        value=float(value),
        low=float(value - half),
        high=float(min(value + half, 1.0)),
        units=units,
        answers=answers,
    )


def _value_positions(values: Floats, counts: NDArray[np.int64], level: Level) -> Floats:
    """Return the position of each value: (values,).

    An ordinal value lies at the middle of its ranks, so that distances are differences of positions.
    """
    return np.asarray(np.cumsum(counts) - counts / 2) if level == "ordinal" else values


def _squared_distances(one: Floats, other: Floats, level: Level) -> Floats:
    if level == "nominal":
        return np.asarray(one != other, np.float64)
    difference = (one - other) ** 2
    if level == "ratio":
        return np.asarray(difference / np.maximum((one + other) ** 2, np.finfo(np.float64).tiny))
    return np.asarray(difference)


def _expected_distance(position: Floats, counts: NDArray[np.int64], level: Level) -> float:
    """Return the mean distance of all pairs of answers, in O(values) except for ratios."""
    n = int(counts.sum())
    if n < 2:
        return 0.0
    if level == "nominal":
        total = n**2 - float((counts.astype(np.float64) ** 2).sum())
    elif level == "ratio":
        step = max(1, CELLS // len(position))
        parts = range(0, len(position), step)
        total = sum(
            float(
                counts[s : s + step]
                @ (_squared_distances(position[s : s + step, None], position[None, :], level) @ counts)
            )
            for s in parts
        )
    else:
        mean = (position * counts).sum() / n
        total = 2 * n * float((counts * (position - mean) ** 2).sum())
    return total / (n * (n - 1))
