"""What further votes can be expected to do to a task, before they are bought.

Seen from one class k, a further vote either agrees with it or not. With q the calibrated probability of k, c1 the
chance that a vote says k where k is right and c0 where it is not, the number a of agreeing votes among the next m is a
mixture of two binomials, q Bin(m, c1) + (1 - q) Bin(m, c0), and the probability of k becomes

    logistic((T(n) logit(q) + a log(c1 / c0) + (m - a) log((1 - c1) / (1 - c0))) / T(n + m))

where T(n) is the temperature at n votes (calibration/tempering.py). With two classes that is exact; with more
it merges the other classes, which understates what a vote tells. c0 is the mean over the other classes by their
probability.
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.votes.arrays import Floats, Ints

EDGE = 1e-9  # probabilities stay this far from 0 and 1


@dataclass(frozen=True, slots=True)
class Outlook:
    """One class of each task, and what a kind of vote would say about it: (tasks,) each."""

    probability: Floats
    agree: Floats  # c1
    mistake: Floats  # c0
    votes: Ints
    tempering: Tempering

    @classmethod
    def of(
        cls, posterior: Floats, label: Ints, confusion: Floats, votes: Ints, tempering: Tempering
    ) -> "Outlook":
        """Return the outlook on label[t] of each task. posterior: (tasks, classes). confusion: (classes, classes)."""
        rows = np.arange(len(label))
        q = np.clip(posterior[rows, label], EDGE, 1 - EDGE)
        agree = confusion[label, label]
        said = (posterior * confusion.T[label]).sum(axis=1)  # p(vote says label)
        mistake = (said - posterior[rows, label] * agree) / (1 - q)
        return cls(q, np.clip(agree, EDGE, 1 - EDGE), np.clip(mistake, EDGE, 1 - EDGE), votes, tempering)

    def after(self, further: int) -> Floats:
        """Return the probability after `further` votes of which 0, 1, ..., all agree: (tasks, further + 1)."""
        start = self.tempering.temperatures(self.votes) * np.log(self.probability / (1 - self.probability))
        up = np.log(self.agree / self.mistake)
        down = np.log((1 - self.agree) / (1 - self.mistake))
        agreeing = np.arange(further + 1)
        odds = start[:, None] + up[:, None] * agreeing + down[:, None] * (further - agreeing)
        odds /= self.tempering.temperatures(self.votes + further)[:, None]
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -700, 700))))

    def expected_best(self, most: int, rest: Floats) -> tuple[Floats, Floats]:
        """Return what 1, ..., most further votes are expected to do: (tasks, most) each.

        The expected maximum probability, and the chance that another class is the best one then. rest: (tasks,), the
        share of the strongest other class in what is not this one's.
        """
        best, changed = np.empty((len(self.votes), most)), np.empty((len(self.votes), most))
        right, wrong = np.ones((len(self.votes), 1)), np.ones((len(self.votes), 1))
        for further in range(1, most + 1):
            right, wrong = _toss(right, self.agree), _toss(wrong, self.mistake)
            after, chance = self.after(further), self._mixed(right, wrong)
            other = rest[:, None] * (1 - after)
            best[:, further - 1] = (chance * np.maximum(after, other)).sum(axis=1)
            changed[:, further - 1] = (chance * (other > after)).sum(axis=1)
        return best, changed

    def reach(self, threshold: float, min_votes: int, max_votes: Ints) -> Floats:
        """Return the chance that the class reaches the threshold with at least min and at most max votes: (tasks,)."""
        right, wrong = np.ones((len(self.votes), 1)), np.ones((len(self.votes), 1))
        reached = np.zeros(len(self.votes))
        for further in range(1, int((max_votes - self.votes).max(initial=0)) + 1):
            right, wrong = _toss(right, self.agree), _toss(wrong, self.mistake)
            total = self.votes + further
            there = (self.after(further) >= threshold) & (total >= min_votes)[:, None]
            counted = self._mixed(right, wrong) * there
            reached += np.where(total <= max_votes, counted.sum(axis=1), 0.0)
            right, wrong = np.where(there, 0, right), np.where(there, 0, wrong)
        return reached

    def _mixed(self, right: Floats, wrong: Floats) -> Floats:
        q = self.probability[:, None]
        return np.asarray(q * right + (1 - q) * wrong)


def _toss(weights: Floats, chance: Floats) -> Floats:
    """Return the distribution of agreeing votes after one more: (tasks, m) to (tasks, m + 1)."""
    out = np.zeros((len(weights), weights.shape[1] + 1))
    out[:, :-1] = weights * (1 - chance)[:, None]
    out[:, 1:] += weights * chance[:, None]
    return out
