"""From counts of confusions to probabilities: how much an annotator's own few votes are believed."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from shoal_qa.domain.votes.arrays import Floats


def expected_log(counts: Floats) -> Floats:
    """Return E[log p] of p ~ Dirichlet(counts), over the last axis: psi(counts) - psi(sum of counts)."""
    from scipy.special import digamma  # 0.1 s, which only variational models pay

    return np.asarray(digamma(counts) - digamma(counts.sum(axis=-1, keepdims=True)))


class ConfusionPrior(Protocol):
    """The M-step of a confusion model."""

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

    def confusions(self, counts: Floats) -> Floats:
        """Return the rows; the unseen annotator is the prior."""
        classes = counts.shape[-1]
        prior = np.full((classes, classes), self.everywhere) + self.diagonal * np.eye(classes)
        rows = np.concatenate([counts, np.zeros((1, classes, classes))]) + prior
        return np.asarray(np.exp(expected_log(rows)))


@dataclass(frozen=True, slots=True)
class Hierarchical:
    """Rows shrunk to the annotator's own one-coin, its errors spread as the whole crowd's are.

    Three levels, each a Dirichlet (or Beta) around the one above, all learned from the same counts n[a, k, l]:

        crowd     m       = (n[., k, k] summed over k + b m0) / (n + b)                      skill of the crowd
                  r[k, l] = (n[., k, l] + c g[l]) / sum over l != k of the same              where errors go, l != k
        coin      q[a]    = (correct[a] + b m) / (n[a] + b)                                  skill of one annotator
        row       p[a, k, l] = (n[a, k, l] + s base[a, k, l]) / (n[a, k, .] + s)
                  base[a, k, k] = q[a],   base[a, k, l] = (1 - q[a]) r[k, l]

    g is the distribution of all labels given (an annotator who guesses tends to guess the common ones), mixed with
    uniform. With few votes for each (annotator, class) this is a one-coin model that knows which classes are
    confused; with many it is Dawid and Skene's. Never collapses to a free row on one vote, unlike a fixed Dirichlet
    over 52 classes. Source: hierarchical Dawid-Skene of Paun et al., "Comparing Bayesian Models of Annotation",
    TACL 2018, with point estimates (empirical Bayes) at the upper levels.
    """

    row: float = 6.0  # s: votes on one class that weigh as much as everything learned elsewhere
    coin: float = 4.0  # b: votes that weigh as much as the crowd's skill
    spread: float = 5.0  # c: errors on one class that weigh as much as the labels' popularity
    skill: float = 0.7  # m0: skill expected of a crowd before any vote
    ceiling: float = 0.99  # no annotator is believed to be better than this

    def confusions(self, counts: Floats) -> Floats:
        """Return shrunk rows; the unseen annotator is the crowd's one-coin."""
        own = np.concatenate([counts, np.zeros((1, *counts.shape[1:]))])
        base = self.base(counts)
        return np.asarray((own + self.row * base) / (own.sum(axis=-1, keepdims=True) + self.row))

    def base(self, counts: Floats) -> Floats:
        """Return each annotator's one-coin with the crowd's errors: (annotators + 1, classes, classes)."""
        coin, spread = self._coins(counts)[:, None, None], self._spread(counts.sum(axis=0))
        return np.asarray((1 - coin) * spread + coin * np.eye(counts.shape[-1]))

    def _coins(self, counts: Floats) -> Floats:
        right = np.trace(counts, axis1=1, axis2=2)
        total = counts.sum(axis=(1, 2))
        crowd = (right.sum() + self.coin * self.skill) / (total.sum() + self.coin)
        coins = (right + self.coin * crowd) / (total + self.coin)
        return np.asarray(np.minimum(np.append(coins, crowd), self.ceiling))

    def _spread(self, pooled: Floats) -> Floats:
        classes = len(pooled)
        if classes == 1:
            return np.ones((1, 1))
        given = pooled.sum(axis=0)
        popular = 0.5 * (given + 1) / (given.sum() + classes) + 0.5 / classes
        wrong = (pooled + self.spread * popular) * (1 - np.eye(classes))
        return np.asarray(wrong / wrong.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Merged(Hierarchical):
    """The hierarchy without its lowest level: one skill for each annotator, one table of errors for the whole crowd.

    Knows which classes are taken for which, as one coin does not, from the errors of everybody together, and so is
    safe with few votes for each annotator and class.
    """

    def confusions(self, counts: Floats) -> Floats:
        """Return each annotator's one-coin with the crowd's errors; the unseen annotator is the crowd's."""
        return self.base(counts)
