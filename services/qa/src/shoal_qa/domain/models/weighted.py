"""Weighted averages of votes: an annotator's weight grows as the votes come closer to the consensus.

    z[t] = (c v + sum over votes (a, l) of task t of w[a] e[l]) / (c + sum of the w[a])
    w[a] = (n + number of a's votes) / (n d + sum over a's votes (t, l) of |e[l] - z[t]|^2)

e[l] is a class as a unit vector, v the popularity of labels, d the mean of the squared distances at the
start: every annotator starts from n votes of an ordinary one. No confusion matrix and no class prior can run
away, so this model suits crowds with a shared bias, and few votes.
Source: BWA of Li, Rubinstein and Cohn, "Truth Inference at Scale: A Bayesian Model for Adjudicating Highly
Redundant Crowd Annotations", WWW 2019.
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.models.em import alternate_steps, first_posterior, label_popularity
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import sum_by_annotator

LEAST = 1e-2  # squared distance of unanimous votes, at least


@dataclass(frozen=True, slots=True)
class FittedWeights:
    """weights: (annotators + 1,), the last for an unknown annotator."""

    centre: Floats  # (classes,): c v, the consensus of a task without votes
    weights: Floats
    right: Floats  # (annotators,)
    name: str = "weighted-average"

    @property
    def annotators(self) -> int:
        """Return the number of annotators in the fit."""
        return len(self.weights) - 1

    @property
    def rows(self) -> Floats:
        """Return the row that each vote adds: (annotators + 1, labels, classes)."""
        return self.weights[:, None, None] * np.eye(len(self.centre))

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors of sums of rows: (tasks, classes)."""
        total = sums + self.centre
        return np.asarray(np.log(total) - np.log(total.sum(axis=1, keepdims=True)))

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return the log of the weighted shares: (tasks, classes)."""
        cell = votes.task.astype(np.int64) * votes.classes + votes.label
        sums = np.bincount(cell, self.weights[votes.annotator], votes.tasks * votes.classes)
        return self.read(sums.reshape(votes.tasks, votes.classes).astype(np.float64))

    def posterior(self, votes: VoteArrays) -> Floats:
        """Return p(truth | votes): (tasks, classes)."""
        return np.exp(self.log_posterior(votes))

    def skill(self) -> Floats:
        """Return the share of each annotator's votes that agree with the consensus: (annotators,)."""
        return self.right

    def to_arrays(self) -> State:
        """Return the state as named arrays."""
        return {"centre": self.centre, "weights": self.weights, "right": self.right}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedAverage:
    """Alternates between answers and weights, at most `iterations` rounds."""

    name: str = "weighted-average"
    prior: float = 15.0  # n
    centre: float = 1.0  # c
    iterations: int = 100
    tolerance: float = 1e-4
    suits: str = "very few votes per annotator"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit from vote shares, or from the posteriors of an earlier fit."""
        centre = self.centre * label_popularity(votes)
        answered = sum_by_annotator(votes)
        usual = max(float(_squared_distances(votes, votes.shares()).mean()) if len(votes) else 1.0, LEAST)

        def maximise(posterior: Floats) -> FittedWeights:
            apart = sum_by_annotator(votes, _squared_distances(votes, posterior))
            weights = (self.prior + answered) / (self.prior * usual + apart)
            right = sum_by_annotator(votes, posterior[votes.task, votes.label])
            return FittedWeights(
                centre, np.append(weights, 1 / usual), np.asarray((right + 1) / (answered + 2)), self.name
            )

        posterior = first_posterior(votes, start)
        return alternate_steps(
            votes, posterior, gold, maximise=maximise, iterations=self.iterations, tolerance=self.tolerance
        )[0]

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        centre, weights, right = (np.asarray(state[key]) for key in ("centre", "weights", "right"))
        return FittedWeights(centre, weights, right, self.name)


def _squared_distances(votes: VoteArrays, posterior: Floats) -> Floats:
    """Return |e[label] - z[task]|^2 = 1 - 2 z[task, label] + |z[task]|^2 of each vote: (votes,)."""
    squares = (posterior**2).sum(axis=1)
    return np.asarray(1 - 2 * posterior[votes.task, votes.label] + squares[votes.task])
