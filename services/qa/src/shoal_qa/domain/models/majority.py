"""Majority vote: the floor under every other model, and the answer before there is anything to learn from."""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays


@dataclass(frozen=True, slots=True)
class FittedMajority:
    """Agreement with the plurality, kept as each annotator's skill; it does not weigh votes."""

    agreement: Floats  # (annotators,)
    smoothing: float
    classes: int
    name: str = "majority"

    @property
    def annotators(self) -> int:
        """Return how many annotators the fit knows."""
        return len(self.agreement)

    @property
    def rows(self) -> Floats:
        """Return what a vote adds to its task, whoever gives it: (1, labels, classes)."""
        return np.eye(self.classes)[None]

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors of counts of votes: (tasks, classes)."""
        smoothed = sums + self.smoothing
        return np.asarray(np.log(smoothed) - np.log(smoothed.sum(axis=1, keepdims=True)))

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return the log of smoothed vote shares: (n_k + s) / (n + K s), s = smoothing: (tasks, classes)."""
        return self.read(votes.shares() * votes.votes_per_task()[:, None])

    def posterior(self, votes: VoteArrays) -> Floats:
        """Return p(truth | votes): (tasks, classes)."""
        return np.exp(self.log_posterior(votes))

    def skill(self) -> Floats:
        """Return how often each annotator gave the plurality's label: (annotators,)."""
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
    """Votes count alike. smoothing: Dirichlet pseudo-votes per class; 1/K votes in all when None."""

    smoothing: float | None = None
    name: str = "majority"
    suits: str = "few tasks, one or two votes each; the floor"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Return the fit: shares need none, skills are agreement with the plurality or gold."""
        del start
        winner = votes.shares().argmax(axis=1)
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
