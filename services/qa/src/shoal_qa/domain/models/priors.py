"""From counts of confusions to probabilities: how far the few votes of an annotator are trusted."""

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from shoal_qa.domain.models.credibility import votes_for_habits, votes_for_skill
from shoal_qa.domain.votes.arrays import Floats, VoteArrays


def expected_log(counts: Floats) -> Floats:
    """Return E[log p] of p ~ Dirichlet(counts), over the last axis: psi(counts) - psi(sum of counts)."""
    from scipy.special import digamma  # takes 0.1 s; only variational models need it

    return np.asarray(digamma(counts) - digamma(counts.sum(axis=-1, keepdims=True)))


class ConfusionPrior(Protocol):
    """The M-step of a confusion model."""

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the prior with its strength fitted to these votes."""
        ...

    def confusions(self, counts: Floats) -> Floats:
        """Return p(label | truth), rows that add up to 1: (annotators + 1, classes, classes).

        counts: (annotators, classes, classes), expected confusions as [annotator, truth, label]. The last
        entry of the result is for an unknown annotator.
        """
        ...


@dataclass(frozen=True, slots=True)
class Dirichlet:
    """One fixed Dirichlet for every row: `everywhere` pseudo-votes per cell, `diagonal` more on the truth.

    p[k, l] = (n[k, l] + e + d [k = l]) / (n[k, .] + K e + d). With (1e-9, 0) this is the maximum likelihood
    of Dawid and Skene (1979). With many classes e > 0 drowns the data, since a row receives K e pseudo-votes.
    """

    everywhere: float = 0.01
    diagonal: float = 1.0

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the same prior: its strength is fixed."""
        del votes
        return self

    def confusions(self, counts: Floats) -> Floats:
        """Return smoothed rows; an unknown annotator has the mean of the prior."""
        rows = _with_pseudo_votes(counts, self.everywhere, self.diagonal)
        return np.asarray(rows / rows.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Variational:
    """Mean-field variational Bayes with a fixed Dirichlet.

    Rows are exp E[log p], which add up to less than 1: log p[k, l] = psi(n[k, l] + e + d [k = l]) - psi(n[k,
    .] + K e + d). A row with few votes counts for less. Source: Kim and Ghahramani, "Bayesian Classifier
    Combination", AISTATS 2012.
    """

    everywhere: float = 0.5
    diagonal: float = 1.5

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the same prior: its strength is fixed."""
        del votes
        return self

    def confusions(self, counts: Floats) -> Floats:
        """Return the rows; an unknown annotator has those of the prior."""
        rows = _with_pseudo_votes(counts, self.everywhere, self.diagonal)
        return np.asarray(np.exp(expected_log(rows)))


def _with_pseudo_votes(counts: Floats, everywhere: float, diagonal: float) -> Floats:
    """Return the counts of annotators and of an unknown one, with the pseudo-votes of a fixed Dirichlet."""
    classes = counts.shape[-1]
    prior = np.full((classes, classes), everywhere) + diagonal * np.eye(classes)
    return np.concatenate([counts, np.zeros((1, classes, classes))]) + prior


@dataclass(frozen=True, slots=True)
class Merged:
    """One skill per annotator, one table of errors for the whole crowd.

    Two levels, each a Dirichlet (or Beta) around the one above, from the same counts n[a, k, l]:

        crowd     m       = (n[., k, k] summed over k + b m0) / (n + b)              skill of the crowd
                  r[k, l] = (n[., k, l] + c g[l]) / sum over l != k of the same      where errors go, l != k
        coin      q[a]    = (correct[a] + b m) / (n[a] + b)                          skill of one annotator
                  p[a, k, k] = q[a],   p[a, k, l] = (1 - q[a]) r[k, l]

    g is the distribution of all labels in the votes (guesses tend to be common labels), mixed with uniform. b
    grows if annotators are alike (credibility.py). Unlike one coin, this learns which classes are confused,
    from the errors of the whole crowd, and is therefore safe with few votes per annotator and class.
    """

    coin: float = 4.0  # b: votes with the weight of the crowd's skill, at least
    spread: float = 5.0  # c: errors on one class with the weight of the labels' popularity
    skill: float = 0.7  # m0: skill expected of a crowd before any vote
    ceiling: float = 0.99  # upper limit of an annotator's skill

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the prior that believes annotators to differ as much as these votes show."""
        return replace(self, coin=max(self.coin, votes_for_skill(votes)))

    def confusions(self, counts: Floats) -> Floats:
        """Return each annotator's skill with the crowd's errors; an unknown annotator is the crowd."""
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
    """Rows per annotator, shrunk to the annotator's skill and to the difficulty of each class for the crowd.

    Two levels more than Merged:

        class     m[k]       = (n[., k, k] + d m) / (n[., k, .] + d)                 skill of the crowd on k
                  q[a, k]    with the odds of q[a] times those of m[k] over those of m
        row       p[a, k, l] = (n[a, k, l] + s base[a, k, l]) / (n[a, k, .] + s)
                  base[a, k, k] = q[a, k],   base[a, k, l] = (1 - q[a, k]) r[k, l]

    s grows if annotators have no individual habits (credibility.py). With few votes per (annotator, class)
    this is the crowd's table at the annotator's skill; with many it is Dawid and Skene's. Unlike a fixed
    Dirichlet over 52 classes, it never collapses to a free row on one vote. Source: hierarchical Dawid-Skene
    of Paun et al., "Comparing Bayesian Models of Annotation", TACL 2018, with point estimates (empirical
    Bayes) at the upper levels.
    """

    row: float = 6.0  # s: votes on one class with the weight of the rest of the model, at least
    level: float = 20.0  # d: the crowd's votes on one class with the weight of its skill on all

    def suited_to(self, votes: VoteArrays) -> Self:
        """Return the prior that believes annotators to differ as much as these votes show."""
        coin, row = max(self.coin, votes_for_skill(votes)), max(self.row, votes_for_habits(votes))
        return replace(self, coin=coin, row=row)

    def confusions(self, counts: Floats) -> Floats:
        """Return shrunk rows; an unknown annotator is the crowd."""
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
