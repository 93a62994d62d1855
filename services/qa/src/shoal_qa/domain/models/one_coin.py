"""One skill per annotator, the same for every class: the little that few votes can teach.

    p(annotator a says l | truth k) = s[a]                       l = k
                                  (1 - s[a]) v[l] / (1 - v[k])     otherwise, v the popularity of labels

    s[a] = (expected right answers + b m) / (answers + b),   m: the same of the whole crowd

Source: the homogeneous Dawid-Skene model (Li and Yu, "Error rate bounds and iterative weighted majority
voting for crowdsourcing", 2014), with errors spread as labels are.
"""

from dataclasses import dataclass, field

import numpy as np

from shoal_qa.domain.models.base import Fitted, State
from shoal_qa.domain.models.dawid_skene import FittedDawidSkene, load_confusions
from shoal_qa.domain.models.em import ClassShares, alternate_steps, first_posterior, label_popularity
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import sum_by_annotator


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCoin:
    """Expectation-maximisation with one coin per annotator."""

    name: str = "one-coin"
    coin: float = 4.0  # b: answers with the weight of the crowd's skill
    skill: float = 0.7  # expected of a crowd before any vote
    ceiling: float = 0.99  # upper limit of an annotator's skill
    class_shares: ClassShares = field(default_factory=ClassShares)
    iterations: int = 100
    tolerance: float = 1e-4
    suits: str = "annotators who differ in skill, classes that do not differ"

    def fit(self, votes: VoteArrays, gold: Ints | None = None, start: Fitted | None = None) -> Fitted:
        """Fit from vote shares, or from the posteriors of an earlier fit."""
        errors = spread_by(label_popularity(votes))
        answered, class_shares = sum_by_annotator(votes), self.class_shares.over(votes)

        def maximise(posterior: Floats) -> FittedDawidSkene:
            right = sum_by_annotator(votes, posterior[votes.task, votes.label])
            coins = self._coins(np.asarray(right), answered)
            confusion = coin_confusions(coins, errors)
            return FittedDawidSkene(
                name=self.name,
                log_prior=class_shares(posterior),
                log_confusion=np.log(confusion),
                right=coins[:-1],
            )

        posterior = first_posterior(votes, start)
        return alternate_steps(
            votes, posterior, gold, maximise=maximise, iterations=self.iterations, tolerance=self.tolerance
        )[0]

    def load(self, state: State) -> Fitted:
        """Return the fit that `to_arrays` wrote."""
        return load_confusions(self.name, state)

    def _coins(self, right: Floats, answered: Floats) -> Floats:
        """Return the skill of each annotator and, last, of an unknown one: (annotators + 1,)."""
        crowd = (right.sum() + self.coin * self.skill) / (answered.sum() + self.coin)
        coins = (right + self.coin * crowd) / (answered + self.coin)
        return np.asarray(np.clip(np.append(coins, crowd), 1 - self.ceiling, self.ceiling))


def spread_by(popular: Floats) -> Floats:
    """Return the distribution of errors by truth, after popularity: (classes, classes), diagonal 0."""
    classes = len(popular)
    if classes == 1:
        return np.zeros((1, 1))
    wrong = np.tile(popular, (classes, 1)) * (1 - np.eye(classes))
    return np.asarray(wrong / wrong.sum(axis=1, keepdims=True))


def coin_confusions(coins: Floats, errors: Floats) -> Floats:
    """Return p(label | truth) of each coin: (coins, classes, classes). errors: (classes, classes)."""
    classes = len(errors)
    if classes == 1:
        return np.ones((len(coins), 1, 1))
    return np.asarray(coins[:, None, None] * np.eye(classes) + (1 - coins)[:, None, None] * errors)
