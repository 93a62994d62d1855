"""Copying: pairs of annotators that agree more often than two of the same skill would by chance.

The test does not distinguish copying from each other and copying from the same source. For each task that
both answered, the chance that they agree is the largest of

- the fit's probability of the one's label given all votes but that one's (the other's included), and the same
  the other way round;
- the share of the other annotators on the task who gave the label, smoothed by that probability. It covers
  hard tasks, where many make the same error.

Agreement on easy tasks thus says little, agreement on unusual answers much. The sum of agreements is compared
with the sum of chances by Hoeffding's bound, adjusted for the number of pairs (Holm). Time O(pairs of votes
on a task), memory O(pairs of annotators with a task in common), never tasks by annotators. Related: Ruan,
Suel and others on collusion in crowds; Dong, Berti-Equille and Srivastava, "Integrating conflicting data: the
role of source dependence", VLDB 2009, whose evidence is agreement on wrong values as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.statistics.p_values import adjust_by_holm, log_tail
from shoal_qa.domain.votes.arrays import Floats, VoteArrays
from shoal_qa.domain.votes.scatter import log_normalise

CHUNK = 50_000  # pairs of votes at a time
FEWEST_TASKS = 10  # tasks in common below which a pair is not tested
PSEUDO = 1.0  # weight of the fit's probability in the share of the others, in votes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of annotators with FEWEST_TASKS tasks in common, the most suspicious first.

    Every array is (pairs,). one, other: annotators. tasks: tasks in common. agreed: tasks with the same
    label.
    expected: agreements expected by chance. adjusted: p-value adjusted for the number of pairs.
    """

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    tasks: Floats
    agreed: Floats
    expected: Floats
    adjusted: Floats

    def by_annotator(self, annotators: int) -> Floats:
        """Return the smallest adjusted p-value among each annotator's pairs: (annotators,)."""
        out = np.ones(annotators)
        np.minimum.at(out, self.one, self.adjusted)
        np.minimum.at(out, self.other, self.adjusted)
        return out


def find_copying(peers: Peers) -> Pairs:
    """Return pairs of annotators with the p-value of their agreement without copying."""
    n = peers.votes.annotators
    order = np.lexsort((peers.votes.annotator, peers.votes.task))
    same_label = _same_label_counts(peers.votes)
    keys, sums = np.empty(0, np.int64), np.zeros((3, 0))
    for first, second in _vote_pairs(peers.votes.task[order]):
        one, other = order[first], order[second]
        key = peers.votes.annotator[one].astype(np.int64) * n + peers.votes.annotator[other]
        agreed = peers.votes.label[one] == peers.votes.label[other]
        chance = _chance_agreement(peers, same_label, one, other)
        keys, sums = _add_sums(keys, sums, key, np.stack([np.ones(len(key)), agreed, chance]))
    keep = sums[0] >= FEWEST_TASKS
    keys, (tasks, agreed_sum, expected) = keys[keep], sums[:, keep]
    log_p = log_tail(agreed_sum, tasks, expected)
    rank = np.argsort(log_p, kind="stable")
    one, other = np.divmod(keys[rank], max(n, 1))
    return Pairs(
        one=one,
        other=other,
        tasks=tasks[rank],
        agreed=agreed_sum[rank],
        expected=expected[rank],
        adjusted=adjust_by_holm(log_p[rank]),
    )


def _vote_pairs(task: NDArray[np.integer]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield positions of pairs of votes on one task in chunks, every pair once. task: (votes,), sorted."""
    lag = 1
    while len(left := np.flatnonzero(task[lag:] == task[:-lag])):
        for start in range(0, len(left), CHUNK):
            yield left[start : start + CHUNK], left[start : start + CHUNK] + lag
        lag += 1


def _add_sums(
    keys: NDArray[np.int64], sums: Floats, more: NDArray[np.int64], values: Floats
) -> tuple[NDArray[np.int64], Floats]:
    unique, code = np.unique(np.concatenate([keys, more]), return_inverse=True)
    both = np.concatenate([sums, values], axis=1)
    return unique, np.stack([np.bincount(code, row, len(unique)) for row in both])


def _same_label_counts(votes: VoteArrays) -> Floats:
    """Return the number of votes with the same task and label as each vote, itself included: (votes,)."""
    cell = votes.task.astype(np.int64) * votes.classes + votes.label
    return np.asarray(np.bincount(cell)[cell], np.float64)


def _chance_agreement(
    peers: Peers, same_label: Floats, one: NDArray[np.int64], other: NDArray[np.int64]
) -> Floats:
    """Return the probability that two votes on a task agree, given the other votes: (pairs,)."""
    votes = peers.votes
    model = np.maximum(_expected_agreement(peers, one, other), _expected_agreement(peers, other, one))
    agree = votes.label[one] == votes.label[other]
    # votes of others for the more popular of the two labels
    most = np.maximum(same_label[one], same_label[other]) - 1 - agree
    others = votes.votes_per_task()[votes.task[one]] - 2
    return np.asarray(np.maximum(model, (most + PSEUDO * model) / (others + PSEUDO)))


def _expected_agreement(peers: Peers, voter: NDArray[np.int64], target: NDArray[np.int64]) -> Floats:
    """Return the fit's p(the voter gives the label of `target` | all votes but the voter's): (pairs,)."""
    votes = peers.votes
    annotator = votes.annotator[voter]
    rest = peers.log_posterior[votes.task[voter]] - peers.log_confusion[annotator, :, votes.label[voter]]
    likelihood = np.exp(peers.log_confusion[annotator, :, votes.label[target]])
    return np.asarray((np.exp(log_normalise(rest)) * likelihood).sum(axis=1))
