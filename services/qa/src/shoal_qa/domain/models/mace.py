"""Annotators who look at the task, and annotators who answer without looking: a model of spam.

    p(annotator a says l | truth k) = g[a] [l = k] + (1 - g[a]) x[a, l]

g[a]: the share of tasks that a looks at; x[a]: the distribution of a's answers on the others. Mean-field
variational Bayes with g ~ Beta(b, b) and x[a] ~ Dirichlet(h K v), v the popularity of labels: an annotator
without a visible habit guesses as the crowd does.
Source: Hovy, Berg-Kirkpatrick, Vaswani and Hovy, "Learning Whom to Trust with MACE", NAACL 2013.
"""

from dataclasses import dataclass, field

import numpy as np

from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.models.dawid_skene import FittedDawidSkene, load_confusions
from shoal_qa.domain.models.em import ClassShares, alternate_steps, first_posterior, label_popularity
from shoal_qa.domain.models.priors import expected_log
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import sum_by_annotator

TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mace:
    """Variational Bayes, at most `iterations` rounds."""

    name: str = "mace"
    diligence: float = 0.5  # b
    habit: float = 0.5  # h
    first: float = 0.6  # g of all annotators before the first round
    class_shares: ClassShares = field(default_factory=ClassShares)
    iterations: int = 100
    tolerance: float = 1e-4
    suits: str = "annotators who do not look at the task"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit from vote shares, or from the posteriors of an earlier fit."""
        state, class_shares = _SpamState(self, votes), self.class_shares.over(votes)

        def maximise(posterior: Floats) -> FittedDawidSkene:
            confusion = np.log(state.confusions(posterior) + TINY)
            shares = class_shares(posterior)
            right = np.exp(np.diagonal(confusion[:-1], axis1=1, axis2=2)) @ np.exp(shares)
            return FittedDawidSkene(name=self.name, log_prior=shares, log_confusion=confusion, right=right)

        posterior = first_posterior(votes, start)
        return alternate_steps(
            votes, posterior, gold, maximise=maximise, iterations=self.iterations, tolerance=self.tolerance
        )[0]

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        return load_confusions(self.name, state)


class _SpamState:
    """Diligence and habits of annotators, updated in each round."""

    def __init__(self, model: Mace, votes: VoteArrays) -> None:
        self._model, self._votes = model, votes
        self._popular = label_popularity(votes)
        self._answered = sum_by_annotator(votes)
        self._cell = votes.annotator.astype(np.int64) * votes.classes + votes.label
        self._knows: Floats = np.full(votes.annotators, model.first)
        self._says: Floats = np.tile(self._popular, (votes.annotators, 1))

    def confusions(self, posterior: Floats) -> Floats:
        """Return p(label | truth) after one more round: (annotators + 1, K, K).

        The last entry is for an unknown annotator.
        """
        looked = self._looked(posterior)
        knows, guesses = self._diligence(looked)
        says = np.exp(expected_log(self._habits(looked)))
        self._knows, self._says = knows / (knows + guesses), says
        classes = np.eye(self._votes.classes)
        individual = guesses[:, None, None] * says[:, None, :] + knows[:, None, None] * classes
        crowd = (looked.sum() + self._model.diligence) / (len(looked) + 2 * self._model.diligence)
        return np.concatenate([individual, (crowd * classes + (1 - crowd) * self._popular)[None]])

    def _looked(self, posterior: Floats) -> Floats:
        """Return the probability that each vote comes from looking at the task: (votes,)."""
        votes = self._votes
        knows = self._knows[votes.annotator]
        luck = (1 - knows) * self._says[votes.annotator, votes.label]
        return np.asarray(posterior[votes.task, votes.label] * knows / (knows + luck))

    def _diligence(self, looked: Floats) -> tuple[Floats, Floats]:
        """Return exp E[log g] and exp E[log (1 - g)]: (annotators,) each."""
        times = sum_by_annotator(self._votes, looked)
        counts = np.stack([times, self._answered - times], axis=1) + self._model.diligence
        knows, guesses = np.exp(expected_log(counts)).T
        return knows, guesses

    def _habits(self, looked: Floats) -> Floats:
        votes = self._votes
        guessed = np.bincount(self._cell, 1 - looked, votes.annotators * votes.classes)
        prior = self._model.habit * votes.classes * self._popular
        return np.asarray(guessed.reshape(votes.annotators, votes.classes) + prior)
