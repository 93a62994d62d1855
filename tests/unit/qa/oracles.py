"""Measures of agreement from the full table of votes, tasks by classes."""

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.agreement.alpha import Alpha, Distance, alpha_of_distances, expected_distance
from shoal_qa.domain.agreement.coincidences import by_task
from shoal_qa.domain.votes.arrays import Floats, VoteArrays


def _counts(votes: VoteArrays) -> Floats:
    """Return votes per (task, class) of the tasks with at least two votes."""
    cells = votes.task.astype(np.int64) * votes.classes + votes.label
    table = np.bincount(cells, minlength=votes.tasks * votes.classes).reshape(votes.tasks, votes.classes)
    return np.asarray(table[table.sum(axis=1) >= 2], np.float64)


def pairwise_agreement(votes: VoteArrays) -> float | None:
    """Return the share of agreeing pairs of votes on a task; None if no task has two votes."""
    table = _counts(votes)
    pairs = table.sum(axis=1) * (table.sum(axis=1) - 1)
    if not pairs.sum():
        return None
    return float((table * (table - 1)).sum() / pairs.sum())


def krippendorff_alpha(votes: VoteArrays) -> float | None:
    """Return Krippendorff's alpha for nominal labels: 1 is perfect, 0 is chance; None if it is undefined.

    alpha = 1 - (n - 1) * (sum over units u and c != k of n[u,c] n[u,k] / (n[u] - 1)) / (sum over c != k of
    n[c] n[k]).

    Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
    """
    table = _counts(votes)
    per_unit = table.sum(axis=1)
    totals = table.sum(axis=0)
    n = totals.sum()
    expected = n**2 - (totals**2).sum()
    if not len(table) or expected == 0:
        return None
    observed = ((per_unit**2 - (table**2).sum(axis=1)) / (per_unit - 1)).sum()
    return float(1 - (n - 1) * observed / expected)


def alpha_of_items(
    unit: NDArray[np.integer], distance: Distance, rng: np.random.Generator, pairs: int = 1_000_000
) -> Alpha:
    """Return alpha with one distance for answers to a unit, and for those to different ones."""
    tasks = by_task(unit, int(unit.max()) + 1, distance)
    return alpha_of_distances(tasks.answers, tasks.apart, expected_distance(unit, distance, rng, pairs))
