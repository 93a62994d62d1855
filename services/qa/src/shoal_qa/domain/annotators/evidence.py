"""How good each annotator is: gold answers at full weight, other people's votes at a discount."""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.annotators.trust import Evidence
from shoal_qa.domain.statistics.intervals import clopper_pearson as clopper_pearson_all
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays

DISCOUNT = 0.5  # a vote against the others' consensus is worth half a gold answer: the others err too
CHUNK = 50_000  # votes at a time


@dataclass(frozen=True, slots=True)
class Agreement:
    """Sums over each annotator's votes: (annotators,) each."""

    gold_right: Ints
    gold_answered: Ints
    expected_right: Floats  # over votes on tasks with other votes and without gold
    judged: Ints
    votes: Ints


def agreement(votes: VoteArrays, known: Ints, posterior: Floats, own: Floats) -> Agreement:
    """Compare every vote with gold, or with the consensus of the other votes on its task.

    posterior: log p(truth | all votes), (tasks, classes). own: log-likelihoods [annotator, truth, label] of the same
    fit: subtracting a vote's own leaves the posterior without that vote. Tempering is left to DISCOUNT.
    """
    gold = known[votes.task] != UNKNOWN
    right = gold & (known[votes.task] == votes.label)
    judged = ~gold & (votes.votes_per_task()[votes.task] > 1)
    expected = np.zeros(len(votes))
    for start in range(0, len(votes), CHUNK):
        part = slice(start, start + CHUNK)
        expected[part] = _without_own(votes, posterior, own, part)

    def total(weights: Floats) -> Floats:
        return np.asarray(
            np.bincount(votes.annotator, weights=weights, minlength=votes.annotators), np.float64
        )

    return Agreement(
        total(right.astype(float)).astype(np.int32),
        total(gold.astype(float)).astype(np.int32),
        total(expected * judged),
        total(judged.astype(float)).astype(np.int32),
        np.bincount(votes.annotator, minlength=votes.annotators).astype(np.int32),
    )


def _without_own(votes: VoteArrays, posterior: Floats, own: Floats, part: slice) -> Floats:
    """Return the probability that each vote is right, as judged by the other votes: (votes in part,)."""
    task, annotator, label = votes.task[part], votes.annotator[part], votes.label[part]
    rest = posterior[task] - own[annotator, :, label]
    rest = np.exp(rest - rest.max(axis=1, keepdims=True))
    return np.asarray(rest[np.arange(len(task)), label] / rest.sum(axis=1))


def evidence(sums: Agreement) -> list[Evidence]:
    """Return what is known of each annotator, with Clopper-Pearson bounds on the discounted counts."""
    right = sums.gold_right + DISCOUNT * sums.expected_right
    total = sums.gold_answered + DISCOUNT * sums.judged
    low, high = clopper_pearson_all(np.minimum(right, total), total)
    skill = (right + 1) / (total + 2)
    columns = (
        sums.votes,
        skill,
        np.minimum(low, skill),
        np.maximum(high, skill),
        sums.gold_right,
        sums.gold_answered,
    )
    return [Evidence(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
