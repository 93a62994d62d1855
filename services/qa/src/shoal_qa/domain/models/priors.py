"""From counts of confusions to probabilities: how much an annotator's own few votes are believed."""

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from shoal_qa.domain.models.credibility import votes_for_habits, votes_for_skill
from shoal_qa.domain.votes.arrays import Floats, VoteArrays


def expected_log(counts: Floats) -> Floats:
    """Return E[log p] of p ~ Dirichlet(counts), over the last axis: psi(counts) - psi(sum of counts)."""
    from scipy.special import digamma  # 0.1 s, which only variational models pay

    return np.asarray(digamma(counts) - digamma(counts.sum(axis=-1, keepdims=True)))


class ConfusionPrior(Protocol):
    """The M-step of a confusion model."""

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the prior with the strength that these votes call for."""
        ...

    def confusions(self, counts: Floats) -> Floats:
        """Return p(label | truth), rows sum to 1: (annotators + 1, classes, classes).

        counts: expected confusions, (annotators, classes, classes) as [annotator, truth, label]. The last entry
        of the result is the annotator not seen yet.
        """
        ...


@dataclass(frozen=True, slots=True)
class Dirichlet:
    """One fixed Dirichlet for every row: `everywhere` pseudo-votes in each cell and `diagonal` more on the truth.

    p[k, l] = (n[k, l] + e + d [k = l]) / (n[k, .] + K e + d).  With (1e-9, 0) this is the maximum likelihood of
    Dawid and Skene (1979); with many classes e > 0 drowns the data, since a row receives K e pseudo-votes.
    """

    everywhere: float = 0.01
    diagonal: float = 1.0

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the same prior: its strength is fixed."""
        del votes
        return self

    def confusions(self, counts: Floats) -> Floats:
        """Return smoothed rows; the unseen annotator is the prior's mean."""
        classes = counts.shape[-1]
        prior = np.full((classes, classes), self.everywhere) + self.diagonal * np.eye(classes)
        rows = np.concatenate([counts, np.zeros((1, classes, classes))]) + prior
        return np.asarray(rows / rows.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Variational:
    """Mean-field variational Bayes with a fixed Dirichlet: rows are exp E[log p], which add up to less than 1.

    log p[k, l] = psi(n[k, l] + e + d [k = l]) - psi(n[k, .] + K e + d): a row on which little is known counts for
    less. Source: Kim and Ghahramani, "Bayesian Classifier Combination", AISTATS 2012.
    """

    everywhere: float = 0.5
    diagonal: float = 1.5

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the same prior: its strength is fixed."""
        del votes
        return self

    def confusions(self, counts: Floats) -> Floats:
        """Return the rows; the unseen annotator is the prior."""
        classes = counts.shape[-1]
        prior = np.full((classes, classes), self.everywhere) + self.diagonal * np.eye(classes)
        rows = np.concatenate([counts, np.zeros((1, classes, classes))]) + prior
        return np.asarray(np.exp(expected_log(rows)))


@dataclass(frozen=True, slots=True)
class Merged:
    """One skill for each annotator, one table of errors for the whole crowd.

    Two levels, each a Dirichlet (or Beta) around the one above, learned from the same counts n[a, k, l]:

        crowd     m       = (n[., k, k] summed over k + b m0) / (n + b)                      skill of the crowd
                  r[k, l] = (n[., k, l] + c g[l]) / sum over l != k of the same              where errors go, l != k
        coin      q[a]    = (correct[a] + b m) / (n[a] + b)                                  skill of one annotator
                  p[a, k, k] = q[a],   p[a, k, l] = (1 - q[a]) r[k, l]

    g is the distribution of all labels given (an annotator who guesses tends to guess the common ones), mixed with
    uniform. b grows where annotators are alike (credibility.py). Knows which classes are taken for which, as one coin
    does not, from the errors of everybody together, and so is safe with few votes for each annotator and class.
    """

    coin: float = 4.0  # b: at least so many votes weigh as much as the crowd's skill
    spread: float = 5.0  # c: errors on one class that weigh as much as the labels' popularity
    skill: float = 0.7  # m0: skill expected of a crowd before any vote
    ceiling: float = 0.99  # no annotator is believed to be better than this

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the prior that believes annotators to differ as much as these votes show."""
        return replace(self, coin=max(self.coin, votes_for_skill(votes)))

    def confusions(self, counts: Floats) -> Floats:
        """Return each annotator's skill with the crowd's errors; the unseen annotator is the crowd's."""
        pooled = counts.sum(axis=0)
        right = self._right(np.append(*self._coins(counts)), pooled)[:, :, None]
        return np.asarray((1 - right) * self._spread(pooled) + right * np.eye(len(pooled)))

    def _coins(self, counts: Floats) -> tuple[Floats, float]:
        """Return the skill of each annotator, (annotators,), and that of the crowd."""
        right = np.trace(counts, axis1=1, axis2=2)
        total = counts.sum(axis=(1, 2))
        crowd = (right.sum() + self.coin * self.skill) / (total.sum() + self.coin)
        return (right + self.coin * crowd) / (total + self.coin), float(crowd)

    def _right(self, coins: Floats, pooled: Floats) -> Floats:
        """Return p(right | truth) of coins: (coins, classes)."""
        return np.minimum(np.repeat(coins[:, None], len(pooled), axis=1), self.ceiling)

    def _spread(self, pooled: Floats) -> Floats:
        classes = len(pooled)
        if classes == 1:
            return np.ones((1, 1))
        label_counts = pooled.sum(axis=0)
        popular = 0.5 * (label_counts + 1) / (label_counts.sum() + classes) + 0.5 / classes
        wrong = (pooled + self.spread * popular) * (1 - np.eye(classes))
        return np.asarray(wrong / wrong.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchical(Merged):
    """Rows of each annotator, shrunk to his skill on classes that are harder or easier for the whole crowd.

    Two levels more than Merged has:

        class     m[k]       = (n[., k, k] + d m) / (n[., k, .] + d)                         skill of the crowd on k
                  q[a, k]    with the odds of q[a] times those of m[k] over those of m
        row       p[a, k, l] = (n[a, k, l] + s base[a, k, l]) / (n[a, k, .] + s)
                  base[a, k, k] = q[a, k],   base[a, k, l] = (1 - q[a, k]) r[k, l]

    s grows where annotators have no habits of their own (credibility.py). With few votes for each (annotator, class)
    this is the crowd's table at the annotator's skill; with many it is Dawid and Skene's. Never collapses to a free
    row on one vote, unlike a fixed Dirichlet over 52 classes. Source: hierarchical Dawid-Skene of Paun et al.,
    "Comparing Bayesian Models of Annotation", TACL 2018, with point estimates (empirical Bayes) at the upper levels.
    """

    row: float = 6.0  # s: at least so many votes on one class weigh as much as everything learned elsewhere
    level: float = 20.0  # d: votes of the crowd on one class that weigh as much as its skill on all

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the prior that believes annotators to differ as much as these votes show."""
        coin, row = max(self.coin, votes_for_skill(votes)), max(self.row, votes_for_habits(votes))
        return replace(self, coin=coin, row=row)

    def confusions(self, counts: Floats) -> Floats:
        """Return shrunk rows; the unseen annotator is the crowd."""
        individual = np.concatenate([counts, np.zeros((1, *counts.shape[1:]))])
        base = Merged.confusions(self, counts)
        return np.asarray(
            (individual + self.row * base) / (individual.sum(axis=-1, keepdims=True) + self.row)
        )

    def _right(self, coins: Floats, pooled: Floats) -> Floats:
        crowd = coins[-1]
        by_class = (np.diagonal(pooled) + self.level * crowd) / (pooled.sum(axis=1) + self.level)
        odds = _odds_of(coins)[:, None] * (_odds_of(by_class) / _odds_of(crowd))
        return np.asarray(np.minimum(odds / (1 + odds), self.ceiling))


def _odds_of(probability: Floats) -> Floats:
    return np.asarray(probability / (1 - probability))
