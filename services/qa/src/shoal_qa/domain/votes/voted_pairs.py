"""Posteriors over the classes with a vote on each task, all other classes in one number: memory O(votes)."""

from dataclasses import dataclass, field, replace

import numpy as np

from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.votes.orders import Indices, stable_order


@dataclass(frozen=True, slots=True, kw_only=True)
class VotedPairs:
    """The (task, class) pairs with a vote, sorted. pair: (votes,), the number of the pair of each vote."""

    task: Ints
    label: Ints
    pair: Indices
    tasks: int
    classes: int

    def by_pair(self, weights: Floats | None = None) -> Floats:
        """Return the sum of the weights of the votes of each pair, by default their number: (pairs,)."""
        return np.bincount(self.pair, weights, len(self.task)).astype(np.float64)

    def by_task(self, values: Floats) -> Floats:
        """Return the sum of the values over the pairs of each task: (tasks,)."""
        return np.bincount(self.task, values, self.tasks).astype(np.float64)

    def highest(self, values: Floats) -> Floats:
        """Return the highest value over the pairs of each task, -inf for tasks without votes: (tasks,)."""
        out = np.full(self.tasks, -np.inf)
        if len(values):
            first = np.flatnonzero(np.append(True, self.task[1:] != self.task[:-1]))
            out[self.task[first]] = np.maximum.reduceat(values, first)
        return out

    def winners(self) -> Ints:
        """Return the class of most votes of each task, the first of equal ones, 0 without votes: (tasks,)."""
        counts, out = self.by_pair(), np.zeros(self.tasks, np.int32)
        most = np.flatnonzero(counts == self.highest(counts)[self.task])[::-1]
        out[self.task[most]] = self.label[most]
        return out

    def shares(self) -> "Beliefs":
        """Return vote shares as posteriors: the share of each pair in the votes of its task."""
        counts = self.by_pair()
        return Beliefs(self, counts / self.by_task(counts)[self.task], np.full(self.tasks, -np.inf))

    def beliefs(self, prior: Floats, gain: Floats) -> "Beliefs":
        """Return posteriors for votes that multiply the probability of a pair's class by exp(gain).

        The result is normalised over all classes. prior: (classes,). gain: (pairs,).
        """
        score = np.log(prior)[self.label] + gain
        others = np.maximum(1 - self.by_task(prior[self.label]), 0)
        top = np.maximum(self.highest(score), 0)
        weight = np.exp(score - top[self.task])
        total = self.by_task(weight) + others * np.exp(-top)
        return Beliefs(self, weight / total[self.task], -top - np.log(total))


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Posteriors of tasks. A class k without a vote has the probability prior[k] exp(log_others[task]).

    of_pair: (pairs,), probability of each class with a vote. log_others: (tasks,), -inf if no other class is
    possible. missed: gold answers without a vote, one for each such task.
    """

    pairs: VotedPairs
    of_pair: Floats
    log_others: Floats
    missed: Ints = field(default_factory=lambda: np.empty(0, np.int32))

    def with_gold(self, gold: Ints | None) -> "Beliefs":
        """Return the posteriors with certainty on gold tasks. gold: (tasks,) classes, or UNKNOWN."""
        if gold is None:
            return self
        of_pair = np.where(
            gold[self.pairs.task] == UNKNOWN, self.of_pair, gold[self.pairs.task] == self.pairs.label
        )
        voted = np.bincount(self.pairs.task, minlength=self.pairs.tasks) > 0
        missed = gold[(gold != UNKNOWN) & voted & (self.pairs.by_task(of_pair) == 0)]
        log_others = np.where(gold == UNKNOWN, self.log_others, -np.inf)
        return replace(self, of_pair=of_pair, log_others=log_others, missed=missed)

    def class_counts(self, prior: Floats) -> Floats:
        """Return the expected number of tasks with votes of each class: (classes,)."""
        task, label, classes = self.pairs.task, self.pairs.label, self.pairs.classes
        others = np.exp(self.log_others)
        others[np.bincount(task, minlength=self.pairs.tasks) == 0] = 0
        counts = np.bincount(label, self.of_pair - prior[label] * others[task], classes)
        missed = np.bincount(self.missed, minlength=classes)
        return np.asarray(np.maximum(counts + prior * others.sum() + missed, 0))


def voted_pairs(votes: VoteArrays) -> VotedPairs:
    """Return the (task, class) pairs of some votes, in O(votes)."""
    key = votes.task.astype(np.int64) * votes.classes + votes.label
    order = stable_order(key, votes.tasks * votes.classes)
    ordered = key[order]
    is_first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    pair = np.empty(len(key), np.int32)
    pair[order] = np.cumsum(is_first) - 1
    task, label = np.divmod(ordered[is_first], max(votes.classes, 1))
    return VotedPairs(
        task=task.astype(np.int32),
        label=label.astype(np.int32),
        pair=pair,
        tasks=votes.tasks,
        classes=votes.classes,
    )
