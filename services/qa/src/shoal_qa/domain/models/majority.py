"""Majority vote: the floor for every other model, and the answer as long as nothing can be learned."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.votes.voted_pairs import Beliefs, VotedPairs, voted_pairs


@dataclass(frozen=True, slots=True)
class FittedMajority:
    """Vote shares. An annotator's skill is the agreement with the plurality; it does not weigh votes."""

    agreement: Floats  # (annotators,)
    smoothing: float
    classes: int
    name: str = "majority"

    @property
    def annotators(self) -> int:
        """Return the number of annotators in the fit."""
        return len(self.agreement)

    @property
    def rows(self) -> Floats:
        """Return the row that each vote adds, the same for every annotator: (1, labels, classes)."""
        return np.eye(self.classes)[None]

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors of vote counts: (tasks, classes)."""
        smoothed = sums + self.smoothing
        return np.asarray(np.log(smoothed) - np.log(smoothed.sum(axis=1, keepdims=True)))

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return the log of smoothed vote shares, (n_k + s) / (n + K s), s = smoothing: (tasks, classes)."""
        return self.read(votes.shares() * votes.votes_per_task()[:, None])

    @property
    def prior(self) -> Floats:
        """Return the shares without votes: (classes,)."""
        return np.full(self.classes, 1 / self.classes)

    def weigh(self, votes: VoteArrays, pairs: VotedPairs) -> Beliefs:
        """Return p(truth | votes) of the pairs of these votes, and of all other classes together."""
        smoothed = votes.votes_per_task() + self.smoothing * self.classes
        of_pair = (pairs.by_pair() + self.smoothing) / smoothed[pairs.task]
        return Beliefs(pairs, of_pair, np.log(self.smoothing * self.classes / smoothed))

    def posterior(self, votes: VoteArrays) -> Floats:
        """Return p(truth | votes): (tasks, classes)."""
        return np.exp(self.log_posterior(votes))

    def skill(self) -> Floats:
        """Return the smoothed share of each annotator's votes that match the plurality, or gold:
        (annotators,).
        """
        return self.agreement

    def to_arrays(self) -> State:
        """Return the state as named arrays."""
        return {
            "agreement": self.agreement,
            "smoothing": np.array(self.smoothing),
            "classes": np.array(self.classes),
        }


@dataclass(frozen=True, slots=True)
class Majority:
    """All votes count alike. smoothing: Dirichlet pseudo-votes per class; None means 1/K, one vote in all."""

    smoothing: float | None = None
    is_sparse: ClassVar[bool] = True  # its fits need no table of tasks by classes
    name: str = "majority"
    suits: str = "few tasks, one or two votes each: every vote counts the same"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit skills, the agreement with the plurality or gold. Vote shares need no fit."""
        del start
        winner = voted_pairs(votes).winners()
        if gold is not None:
            winner = np.where(gold != UNKNOWN, gold, winner)
        right = np.bincount(votes.annotator, votes.label == winner[votes.task], votes.annotators)
        total = np.bincount(votes.annotator, minlength=votes.annotators)
        smoothing = self.smoothing if self.smoothing is not None else 1 / votes.classes
        return FittedMajority(np.asarray((right + 1) / (total + 2)), smoothing, votes.classes)

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        return FittedMajority(
            np.asarray(state["agreement"]), float(state["smoothing"]), int(state["classes"])
        )
