"""How good a project's labels are, and what they cost."""

import numpy as np

from shoal_qa.domain.arrays import UNKNOWN, Floats, Ints, VoteArrays


def _counts(votes: VoteArrays) -> Floats:
    """Return votes per (task, class) of the tasks with at least two votes."""
    cells = votes.task.astype(np.int64) * votes.classes + votes.label
    table = np.bincount(cells, minlength=votes.tasks * votes.classes).reshape(votes.tasks, votes.classes)
    return np.asarray(table[table.sum(axis=1) >= 2], np.float64)


def pairwise_agreement(votes: VoteArrays) -> float | None:
    """Return the share of pairs of votes on one task that agree; None where no task has two votes."""
    table = _counts(votes)
    pairs = table.sum(axis=1) * (table.sum(axis=1) - 1)
    if not pairs.sum():
        return None
    return float((table * (table - 1)).sum() / pairs.sum())


def krippendorff_alpha(votes: VoteArrays) -> float | None:
    """Return Krippendorff's alpha for nominal labels: 1 is perfect, 0 is chance; None where it is undefined.

    alpha = 1 - (n - 1) * (sum over units u and c != k of n[u,c] n[u,k] / (n[u] - 1)) / (sum over c != k of n[c] n[k]).
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


def gold_accuracy(votes: VoteArrays, gold: Ints) -> float | None:
    """Return the share of votes on gold items that are right. gold: (tasks,), UNKNOWN where there is none."""
    answers = gold[votes.task]
    asked = answers != UNKNOWN
    return float((votes.label[asked] == answers[asked]).mean()) if asked.any() else None


def cost_per_label(spent: float, accepted: int) -> float | None:
    """Return the price of all votes over the labels accepted; None before the first label."""
    return spent / accepted if accepted else None


def inclusion_probability(policies: list[float]) -> float:
    """Return the probability that at least one of several independent policies takes a sample."""
    missed = 1.0
    for probability in policies:
        missed *= 1 - probability
    return 1 - missed


def production_accuracy(right: Floats, probability: Floats) -> float | None:
    """Return the unbiased accuracy of the production model over the stream, from labelled samples.

    right: (samples,) 0 or 1. probability: (samples,) with which each was chosen to be labelled, > 0. The ratio
    estimator sum(right / p) / sum(1 / p) of Hajek (1971), after Horvitz and Thompson (1952).
    """
    if not len(right):
        return None
    weight = 1 / probability
    return float((right * weight).sum() / weight.sum())
