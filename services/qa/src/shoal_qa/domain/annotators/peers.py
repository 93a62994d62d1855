"""The right answer to each vote's task without that vote: gold, or else the other votes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import log_normalise

CHUNK = 50_000  # votes at a time


@dataclass(frozen=True, slots=True)
class Peers:
    """Votes and a fit of them. The votes of one annotator are in order of time.

    gold: (tasks,) gold class or UNKNOWN. log_posterior: (tasks, classes) of the fit, given all votes and no
    gold.
    log_confusion: (annotators + 1, classes, classes) of the same fit.
    """

    votes: VoteArrays
    gold: Ints
    log_posterior: Floats
    log_confusion: Floats

    def parts(self) -> Iterator[tuple[slice, Floats]]:
        """Yield slices of votes with p(truth | gold, or all votes but this one): (votes of slice, classes).

        Subtracting a vote's likelihood from its task's log posterior leaves the other votes' posterior.
        """
        for start in range(0, len(self.votes), CHUNK):
            part = slice(start, start + CHUNK)
            task, annotator, label = self.votes.task[part], self.votes.annotator[part], self.votes.label[part]
            rest = np.exp(log_normalise(self.log_posterior[task] - self.log_confusion[annotator, :, label]))
            gold = np.flatnonzero(self.gold[task] != UNKNOWN)
            rest[gold] = 0
            rest[gold, self.gold[task[gold]]] = 1
            yield part, rest

    def on_gold(self) -> NDArray[np.bool_]:
        """Return whether each vote is on a gold item: (votes,)."""
        return np.asarray(self.gold[self.votes.task] != UNKNOWN)

    def judged(self) -> NDArray[np.bool_]:
        """Return whether each vote can be compared with gold or another vote: (votes,)."""
        return self.on_gold() | (self.votes.votes_per_task()[self.votes.task] > 1)

    def right(self) -> Floats:
        """Return the probability that each vote is right: (votes,)."""
        out = np.empty(len(self.votes))
        for part, rest in self.parts():
            out[part] = rest[np.arange(len(rest)), self.votes.label[part]]
        return out

    def total(self, weights: Floats | NDArray[np.bool_]) -> Floats:
        """Return the sum of weights over each annotator's votes: (annotators,)."""
        count = self.votes.annotators
        return np.bincount(self.votes.annotator, np.asarray(weights, np.float64), count).astype(np.float64)
