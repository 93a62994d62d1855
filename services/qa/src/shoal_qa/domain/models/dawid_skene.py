"""Dawid and Skene's model of votes: every annotator has a confusion matrix, learned together with the truth.

    p(truth = k)                     = prior[k]
    p(annotator a says l | truth k)  = confusion[a, k, l],  votes independent given the truth

Expectation: posterior[t, k] is proportional to prior[k] x product over the votes (a, l) of task t of
confusion[a, k, l]; a task with a gold answer has that answer.
Maximisation: expected counts, smoothed by a ConfusionPrior.

Source: A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm",
Applied Statistics 28 (1979). Independence given the truth does not hold where a task is hard for everybody, so these
posteriors are too sure of themselves; see domain/calibration.py before believing one.
"""

from dataclasses import dataclass, field

import numpy as np

from shoal_qa.domain.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.models.priors import ConfusionPrior, Hierarchical
from shoal_qa.domain.models.scatter import count_confusions, log_normalise, sum_by_task

TINY = 1e-12


@dataclass(frozen=True, slots=True)
class FittedDawidSkene:
    """Log-likelihoods of every annotator, so that one more vote costs one addition per class.

    log_prior: (classes,).  log_confusion: (annotators + 1, classes, classes); the last entry is an annotator not seen.
    """

    name: str
    log_prior: Floats
    log_confusion: Floats
    right: Floats  # (annotators,): expected right answers, smoothed
    iterations: int = 0

    @property
    def annotators(self) -> int:
        """Return how many annotators the fit knows."""
        return len(self.log_confusion) - 1

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return log p(truth | votes): (tasks, classes)."""
        return log_normalise(self.log_prior + sum_by_task(votes, self.log_confusion))

    def skill(self) -> Floats:
        """Return the probability of a right answer over the project's mix of classes: (annotators,)."""
        return self.right

    def to_arrays(self) -> State:
        """Return the state as named arrays; float32 is ample and halves the row that keeps it."""
        return {
            "log_prior": self.log_prior,
            "log_confusion": self.log_confusion.astype(np.float32),
            "right": self.right,
        }


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """Expectation-maximisation, at most `iterations` rounds, until posteriors move by less than `tolerance`."""

    name: str = "dawid-skene"
    prior: ConfusionPrior = field(default_factory=Hierarchical)
    class_smoothing: float = 1.0  # pseudo-tasks in all, spread over the classes
    iterations: int = 100
    tolerance: float = 1e-5

    def fit(self, votes: VoteArrays, known: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit by EM from vote shares, or from the posteriors of an earlier fit."""
        gold = _Gold(known)
        warm = start is not None and isinstance(start, FittedDawidSkene)
        seed = start if warm else None
        posterior = np.exp(seed.log_posterior(_bounded(votes, seed))) if seed else votes.shares()
        posterior = gold.impose(posterior)
        for rounds in range(1, self.iterations + 1):
            fitted = self._maximise(votes, posterior, rounds)
            before, posterior = posterior, gold.impose(np.exp(fitted.log_posterior(votes)))
            if np.abs(posterior - before).sum() <= 2 * self.tolerance * max(votes.tasks, 1):
                break
        return self._maximise(votes, posterior, rounds)

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        confusion = np.asarray(state["log_confusion"], dtype=np.float64)
        return FittedDawidSkene(
            self.name, np.asarray(state["log_prior"]), confusion, np.asarray(state["right"])
        )

    def _maximise(self, votes: VoteArrays, posterior: Floats, rounds: int) -> FittedDawidSkene:
        voted = votes.votes_per_task() > 0
        classes = posterior[voted].sum(axis=0) + self.class_smoothing / votes.classes
        counts = count_confusions(votes, posterior)
        confusion = np.log(self.prior.confusions(counts) + TINY)
        mix = classes / classes.sum()
        right = np.einsum("k,akk->a", mix, np.exp(confusion[:-1]))
        return FittedDawidSkene(self.name, np.log(mix), confusion, right, rounds)


@dataclass(frozen=True, slots=True)
class _Gold:
    """Known answers, which replace posteriors."""

    known: Ints | None

    def impose(self, posterior: Floats) -> Floats:
        """Return posteriors with certainty where the answer is known."""
        if self.known is None:
            return posterior
        rows = np.flatnonzero(self.known != UNKNOWN)
        out = posterior.copy()
        out[rows] = 0
        out[rows, self.known[rows]] = 1
        return out


def _bounded(votes: VoteArrays, fitted: Fitted) -> VoteArrays:
    """Return the votes with annotators later than the fit as UNKNOWN."""
    annotator = np.where(votes.annotator < fitted.annotators, votes.annotator, UNKNOWN).astype(np.int32)
    return VoteArrays(votes.task, annotator, votes.label, votes.tasks, votes.annotators, votes.classes)
