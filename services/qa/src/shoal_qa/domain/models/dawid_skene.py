"""Dawid and Skene's model of votes: a confusion matrix per annotator, estimated together with the truth.

    p(truth = k)                     = prior[k]
    p(annotator a says l | truth k)  = confusion[a, k, l],  votes independent given the truth

Expectation: posterior[t, k] is proportional to prior[k] x product over the votes (a, l) of task t of
confusion[a, k, l]; a task with a gold answer has that answer.
Maximisation: expected counts, smoothed by a ConfusionPrior.

Source: A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of observer error-rates using the EM
algorithm", Applied Statistics 28 (1979). Votes are not independent given the truth on tasks that are hard for
everybody, so these posteriors are overconfident: calibrate them before use (calibration/tempering.py).
"""

from dataclasses import dataclass, field, replace

import numpy as np

from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.models.confusions import ConfusionFit
from shoal_qa.domain.models.em import ClassShares, alternate_steps, first_posterior
from shoal_qa.domain.models.priors import ConfusionPrior, Hierarchical
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import class_posteriors, count_confusions, log_normalise

TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedDawidSkene(ConfusionFit):
    """The fit; `log_confusion` is (annotators + 1, classes, classes). log_prior: (classes,)."""

    log_prior: Floats
    iterations: int = 0

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors of sums of rows: (tasks, classes)."""
        return log_normalise(self.log_prior + sums)

    def posterior(self, votes: VoteArrays) -> Floats:
        """Return p(truth | votes): (tasks, classes). Half the time and memory of exp(log_posterior)."""
        return class_posteriors(votes, self.log_prior, self.log_confusion)

    def to_arrays(self) -> State:
        """Return the state as named arrays. float32 suffices for confusions and halves the stored row."""
        return {
            "log_prior": self.log_prior,
            "log_confusion": self.log_confusion.astype(np.float32),
            "right": self.right,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DawidSkene:
    """Expectation-maximisation: at most `iterations` rounds, until posteriors move less than `tolerance`."""

    name: str = "dawid-skene"
    prior: ConfusionPrior = field(default_factory=Hierarchical)
    class_shares: ClassShares = field(default_factory=ClassShares)
    iterations: int = 100
    tolerance: float = 1e-4
    suits: str = "classes that are confused with each other, and more than about ten votes per annotator"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit by EM from vote shares, or from the posteriors of an earlier fit."""
        class_shares, prior = self.class_shares.over(votes), self.prior.suited_to(votes)

        def maximise(posterior: Floats) -> FittedDawidSkene:
            confusion = np.log(prior.confusions(count_confusions(votes, posterior)) + TINY)
            shares = class_shares(posterior)
            right = np.exp(np.diagonal(confusion[:-1], axis1=1, axis2=2)) @ np.exp(shares)
            return FittedDawidSkene(name=self.name, log_prior=shares, log_confusion=confusion, right=right)

        posterior = first_posterior(votes, start)
        fitted, rounds = alternate_steps(
            votes, posterior, gold, maximise=maximise, iterations=self.iterations, tolerance=self.tolerance
        )
        return replace(fitted, iterations=rounds)

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        return load_confusions(self.name, state)


def load_confusions(name: str, state: State) -> FittedDawidSkene:
    """Return the fit that `to_arrays` wrote."""
    confusion = np.asarray(state["log_confusion"], dtype=np.float64)
    return FittedDawidSkene(
        name=name,
        log_prior=np.asarray(state["log_prior"]),
        log_confusion=confusion,
        right=np.asarray(state["right"]),
    )
