"""Who copies from whom, or from the same source: pairs that agree more than two who know as much would by chance.

For each task that both answered, the chance that they agree is the largest of

- what the fit expects of the one, given all votes but that one's (the other's included), and the same the other way;
- the share of the other annotators on the task who gave the label, smoothed by it, which follows hard tasks where many
  err the same way.

Agreement on easy tasks thus says nothing, agreement on unusual answers much. The sum of agreements is compared with the
sum of chances by Hoeffding's bound, adjusted for the number of pairs (Holm). Time O(pairs of votes on a task), memory
O(pairs of annotators that met) and never tasks by annotators. Related: Ruan, Suel and others on collusion in crowds;
Dong, Berti-Equille and Srivastava, "Integrating conflicting data: the role of source dependence", VLDB 2009, whose
evidence is agreement on wrong values as well.
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
FEWEST_TASKS = 10  # in common
PSEUDO = 1.0  # votes that the fit's expectation weighs in the share of the others


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of annotators that met on FEWEST_TASKS tasks: (pairs,) each, the most suspicious first."""

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
    """Return the pairs and how probable their agreement is without copying."""
    n = peers.votes.annotators
    order = np.lexsort((peers.votes.annotator, peers.votes.task))
    alike = _alike(peers.votes)
    keys, sums = np.empty(0, np.int64), np.zeros((3, 0))
    for first, second in _meetings(peers.votes.task[order]):
        one, other = order[first], order[second]
        key = peers.votes.annotator[one].astype(np.int64) * n + peers.votes.annotator[other]
        agreed = peers.votes.label[one] == peers.votes.label[other]
        chance = _chance(peers, alike, one, other)
        keys, sums = _collect(keys, sums, key, np.stack([np.ones(len(key)), agreed, chance]))
    keep = sums[0] >= FEWEST_TASKS
    keys, (tasks, agreed_sum, expected) = keys[keep], sums[:, keep]
    log_p = log_tail(agreed_sum, tasks, expected)
    rank = np.argsort(log_p, kind="stable")
    one, other = np.divmod(keys[rank], max(n, 1))
    return Pairs(one, other, tasks[rank], agreed_sum[rank], expected[rank], adjust_by_holm(log_p[rank]))


def _meetings(task: NDArray[np.integer]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield pairs of votes on one task, each once, in chunks. task: sorted."""
    lag = 1
    while len(left := np.flatnonzero(task[lag:] == task[:-lag])):
        for start in range(0, len(left), CHUNK):
            yield left[start : start + CHUNK], left[start : start + CHUNK] + lag
        lag += 1


def _collect(
    keys: NDArray[np.int64], sums: Floats, more: NDArray[np.int64], values: Floats
) -> tuple[NDArray[np.int64], Floats]:
    found, code = np.unique(np.concatenate([keys, more]), return_inverse=True)
    both = np.concatenate([sums, values], axis=1)
    return found, np.stack([np.bincount(code, row, len(found)) for row in both])


def _alike(votes: VoteArrays) -> Floats:
    """Return how many votes on its task have each vote's label, itself included: (votes,)."""
    cell = votes.task.astype(np.int64) * votes.classes + votes.label
    return np.asarray(np.bincount(cell)[cell], np.float64)


def _chance(peers: Peers, alike: Floats, one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
    """Return how probably two votes on a task agree, by what is said of either by the rest: (pairs,)."""
    votes = peers.votes
    model = np.maximum(_expected(peers, one, other), _expected(peers, other, one))
    agree = votes.label[one] == votes.label[other]
    most = (
        np.maximum(alike[one], alike[other]) - 1 - agree
    )  # votes of others for the more popular of the two labels
    others = votes.votes_per_task()[votes.task[one]] - 2
    return np.asarray(np.maximum(model, (most + PSEUDO * model) / (others + PSEUDO)))


def _expected(peers: Peers, voter: NDArray[np.int64], said: NDArray[np.int64]) -> Floats:
    """Return the fit's p(voter's label = the label of the vote `said` | all votes but the voter's)."""
    votes = peers.votes
    who = votes.annotator[voter]
    rest = peers.log_posterior[votes.task[voter]] - peers.log_confusion[who, :, votes.label[voter]]
    likelihood = np.exp(peers.log_confusion[who, :, votes.label[said]])
    return np.asarray((np.exp(log_normalise(rest)) * likelihood).sum(axis=1))
