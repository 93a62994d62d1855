"""Posteriors of pools over thousands of classes, in memory and time that grow with the votes alone.

Members without confusion matrices have one number for each class with a vote on a task, and one for all other
classes: these have the probability a[task] prior[class] (votes/voted_pairs.py). Labels and calibrated
probabilities need the best class, and the sum

    Z = sum over classes of p^(1 / T)

in which classes without a vote on the task are added up in bins of nearly equal priors: EXACT bins of one
class each, those of the highest prior, and BINS of equally many others. Their sum is then exact to some 1e-5
of itself; up to EXACT classes it is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeGuard

import numpy as np

from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.votes.voted_pairs import Beliefs, VotedPairs, voted_pairs

FEWEST_CLASSES = 200  # more of them are read in this way
EXACT, BINS = 256, 256
PART = 4096  # tasks at a time
TINY = 1e-300


class Sparse(Fitted, Protocol):
    """A fit that gives all classes without a vote on a task the same multiple of their prior."""

    @property
    def prior(self) -> Floats:
        """Return p(truth) without votes: (classes,)."""
        ...

    def weigh(self, votes: VoteArrays, pairs: VotedPairs) -> Beliefs:
        """Return p(truth | votes) of the pairs of these votes, and of all other classes together."""
        ...


def are_sparse(members: Sequence[object]) -> TypeGuard[Sequence[Sparse]]:
    """Return whether all fits give their posteriors as a `Sparse` one does."""
    return bool(members) and all(hasattr(member, "weigh") for member in members)


@dataclass(frozen=True, slots=True, kw_only=True)
class WidePosterior:
    """The weighted mean of posteriors. of_pair: (pairs,), probabilities of classes with a vote.

    others: (tasks, members), multiples of the priors, (members, classes), for the other classes.
    """

    pairs: VotedPairs
    of_pair: Floats
    others: Floats
    prior: Floats

    def of_votes(self) -> Floats:
        """Return the probability of each vote's class: (votes,)."""
        return self.of_pair[self.pairs.pair]

    def best(self) -> tuple[Ints, Floats]:
        """Return the most probable class of each task, and its probability before calibration: (tasks,)."""
        pairs, highest = self.pairs, np.maximum(self.pairs.highest(self.of_pair), 0)
        first = np.full(pairs.tasks, len(pairs.task))
        rows = np.flatnonzero(self.of_pair == highest[pairs.task])[::-1]
        first[pairs.task[rows]] = rows
        label, probability = self._best_other()
        voted = np.flatnonzero((first < len(pairs.task)) & (highest >= probability))
        label[voted], probability[voted] = pairs.label[first[voted]], highest[voted]
        return label, probability

    def _best_other(self) -> tuple[Ints, Floats]:
        """Return the most probable class without a vote on each task, and its probability; 0 without one."""
        pairs, possible = self.pairs, np.flatnonzero(self._are_voted())
        ranked = possible[np.argsort(-self.prior[:, possible].sum(axis=0), kind="stable")].astype(np.int32)
        key = pairs.task.astype(np.int64) * pairs.classes + pairs.label
        label, probability = np.zeros(pairs.tasks, np.int32), np.zeros(pairs.tasks)
        left = np.arange(pairs.tasks)
        for name in ranked.tolist():
            key_of_task = left * pairs.classes + name
            row = np.minimum(np.searchsorted(key, key_of_task), max(len(key) - 1, 0))
            free = key[row] != key_of_task if len(key) else np.ones(len(left), np.bool_)
            label[left[free]] = name
            probability[left[free]] = self.others[left[free]] @ self.prior[:, name]
            left = left[~free]
            if not len(left):
                break
        return label, probability

    def log_totals(self, temperature: Floats) -> Floats:
        """Return the log of Z of each task, over the classes with any vote. temperature: (tasks,)."""
        priors, count = _binned_priors(self.prior[:, self._are_voted()])
        out = np.empty(self.pairs.tasks)
        for start in range(0, len(out), PART):
            rows = slice(start, start + PART)
            power = 1 / temperature[rows, None]
            out[rows] = ((self.others[rows] @ priors + TINY) ** power) @ count
        power = 1 / temperature[self.pairs.task]
        unvoted = (self.others[self.pairs.task] * self.prior[:, self.pairs.label].T).sum(axis=1)
        out = np.maximum(out - self.pairs.by_task((unvoted + TINY) ** power), 0)
        return np.log(out + self.pairs.by_task(self.of_pair**power) + TINY)

    def _are_voted(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        voted = np.bincount(self.pairs.label, minlength=self.pairs.classes) > 0
        return voted if voted.any() else ~voted


def wide_posterior(members: Sequence[Sparse], weights: Floats, votes: VoteArrays) -> WidePosterior:
    """Return the weighted mean of the members' posteriors. weights: (members,), add up to 1."""
    pairs = voted_pairs(votes)
    beliefs = [member.weigh(votes, pairs) for member in members]
    return WidePosterior(
        pairs=pairs,
        of_pair=np.tensordot(weights, np.stack([belief.of_pair for belief in beliefs]), 1),
        others=np.stack(
            [w * np.exp(belief.log_others) for w, belief in zip(weights, beliefs, strict=True)], axis=1
        ),
        prior=np.stack([member.prior for member in members]),
    )


def best_classes(fitted: Fitted, votes: VoteArrays) -> Ints:
    """Return the most probable class of each task by a fit: (tasks,)."""
    members = [fitted]
    if votes.classes > FEWEST_CLASSES and are_sparse(members):
        return wide_posterior(members, np.ones(1), votes).best()[0]
    return np.asarray(fitted.log_posterior(votes).argmax(axis=1), np.int32)


def _binned_priors(prior: Floats) -> tuple[Floats, Floats]:
    """Return mean priors of bins, (members, bins), and their numbers of classes, (bins,)."""
    ranked = prior[:, np.argsort(-prior.sum(axis=0), kind="stable")]
    classes = ranked.shape[1]
    rest = np.unique(np.linspace(min(EXACT, classes), classes, BINS + 1).astype(np.int64))[:-1]
    start = np.concatenate([np.arange(min(EXACT, classes)), rest[rest < classes]])
    start = np.unique(start)
    count = np.diff(np.append(start, classes)).astype(np.float64)
    return np.add.reduceat(ranked, start, axis=1) / count, count
