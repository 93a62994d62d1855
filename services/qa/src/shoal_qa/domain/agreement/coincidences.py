"""Where annotators agree and where they do not: by task, by class, and by pairs of confused classes.

A task with n answers has n (n - 1) ordered pairs of them; each pair counts 1 / (n - 1), so that every answer
counts once. Sums of these over pairs of classes are Krippendorff's coincidences. Agreement on a class is the
share of its coincidences with itself: how often another annotator gives the class where one does (specific
agreement, Cicchetti and Feinstein, Journal of Clinical Epidemiology 43, 1990).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.agreement.alpha import Distance, Rows
from shoal_qa.domain.votes.arrays import Floats, VoteArrays

CHUNK = 1_000_000  # pairs at a time


@dataclass(frozen=True, slots=True)
class TaskAgreement:
    """answers: (tasks,), number of answers. apart: (tasks,), their mean distance, NaN below two answers."""

    answers: NDArray[np.int64]
    apart: Floats

    def worst(self, count: int) -> NDArray[np.int64]:
        """Return at most `count` tasks with the largest mean distance; ties go to the most answers."""
        shared = np.flatnonzero(self.answers > 1)
        order = np.lexsort((shared, -self.answers[shared], -self.apart[shared]))
        return np.asarray(shared[order[:count]])

    def mean(self) -> float | None:
        """Return the mean distance over all pairs of answers; None without a pair."""
        pairs = self.answers * (self.answers - 1.0)
        shared = self.answers > 1
        return float(pairs[shared] @ self.apart[shared] / pairs.sum()) if shared.any() else None


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """Agreement by class, (classes,) each.

    agreement is NaN for a class whose votes have no other vote on their tasks; confused is -1 for a class
    that no other annotator confuses with another.
    """

    share: Floats  # of all votes
    agreement: Floats
    confused: NDArray[np.int64]  # the class that others give most often instead of this one
    confused_share: Floats


def by_task(unit: NDArray[np.integer], tasks: int, distance: Distance) -> TaskAgreement:
    """Return the distance of answers on each task.

    unit: (answers,) in [0, tasks). distance: of pairs of answers, by their index in `unit`.
    """
    answers = np.bincount(unit, minlength=tasks)
    sums = np.zeros(tasks)
    for first, second in _answer_pairs(unit):
        sums += np.bincount(unit[first], distance(first, second), tasks)
    pairs = np.where(answers > 1, answers * (answers - 1) / 2, np.nan)
    return TaskAgreement(answers, np.asarray(sums / pairs))


def by_class(votes: VoteArrays) -> ClassAgreement:
    """Return agreement by class. Memory is O(votes + pairs of confused classes), never classes x classes."""
    count = np.bincount(votes.label, minlength=votes.classes)
    one, other, weight = _class_coincidences(votes)
    total = np.bincount(one, weight, votes.classes)
    same = np.bincount(one, weight * (one == other), votes.classes)
    apart = one != other
    order = np.lexsort((-other[apart], weight[apart], one[apart]))  # the largest of each class comes last
    confused, most = np.full(votes.classes, -1, np.int64), np.zeros(votes.classes)
    confused[one[apart][order]] = other[apart][order]
    most[one[apart][order]] = weight[apart][order]
    safe = np.where(total > 0, total, np.nan)
    return ClassAgreement(count / max(len(votes), 1), same / safe, confused, most / safe)


def _answer_pairs(unit: NDArray[np.integer]) -> Iterator[tuple[Rows, Rows]]:
    """Yield the indices of two answers on one unit, each pair once, in chunks."""
    order = np.argsort(unit, kind="stable")
    code, lag = unit[order], 1
    while len(left := np.flatnonzero(code[lag:] == code[:-lag])):
        for start in range(0, len(left), CHUNK):
            part = left[start : start + CHUNK]
            yield order[part], order[part + lag]
        lag += 1


def _class_coincidences(votes: VoteArrays) -> tuple[Rows, Rows, Floats]:
    """Return pairs of classes, in both orders, with their weights: (pairs,) each."""
    share = 1 / np.maximum(votes.votes_per_task() - 1.0, 1)
    keys: Rows = np.empty(0, np.int64)
    sums: Floats = np.empty(0)
    for first, second in _answer_pairs(votes.task):
        one, other = votes.label[first].astype(np.int64), votes.label[second].astype(np.int64)
        weight = share[votes.task[first]]
        key = np.concatenate([keys, one * votes.classes + other, other * votes.classes + one])
        keys, code = np.unique(key, return_inverse=True)
        sums = np.asarray(np.bincount(code, np.concatenate([sums, weight, weight]), len(keys)), np.float64)
    one, other = np.divmod(keys, votes.classes)
    return one, other, sums
