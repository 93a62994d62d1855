"""The expected effect of further votes on a task, before they are bought.

Seen from one class k, a further vote either agrees with it or not. With q the calibrated probability of k, c1
the chance that a vote says k where k is right and c0 where it is not, the number a of agreeing votes among
the next m is a mixture of two binomials, q Bin(m, c1) + (1 - q) Bin(m, c0), and the probability of k becomes

    logistic((T(n) logit(q) + a log(c1 / c0) + (m - a) log((1 - c1) / (1 - c0))) / T(n + m))

where T(n) is the temperature at n votes (calibration/tempering.py). With two classes that is exact; with more
it merges the other classes, which understates what a vote tells. c0 is the mean over the other classes by
their probability.

The chance of reaching a level is summed over the leading classes, as if no two of them could reach it one
after the other. It is therefore an estimate, and rather too high than too low.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.crowd import Crowd
from shoal_qa.domain.votes.arrays import Floats, Ints

EDGE = 1e-9  # probabilities stay this far from 0 and 1
LEADING = 4  # classes whose chances are computed; the others are assumed to be like them


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One class of each task, with the chances that a vote agrees with it. Every array is (tasks,)."""

    probability: Floats
    agree: Floats  # c1
    mistake: Floats  # c0
    votes: Ints
    tempering: Tempering

    @classmethod
    def of(cls, tasks: "Standing", label: Ints, confusion: Floats) -> Self:
        """Return the outlook on label[t] of each task t. confusion: (classes, classes), p(label | truth)."""
        posterior = tasks.posterior
        of_label = posterior[np.arange(len(label)), label]
        q = np.clip(of_label, EDGE, 1 - EDGE)
        agree = confusion[label, label]
        says_label = (posterior * confusion.T[label]).sum(axis=1)
        mistake = (says_label - of_label * agree) / (1 - q)
        return cls(
            probability=q,
            agree=np.clip(agree, EDGE, 1 - EDGE),
            mistake=np.clip(mistake, EDGE, 1 - EDGE),
            votes=tasks.votes,
            tempering=tasks.tempering,
        )

    def after(self, further: int) -> Floats:
        """Return the probability after `further` votes if 0, 1, ... or all agree: (tasks, further + 1)."""
        start = self.tempering.temperatures(self.votes) * np.log(self.probability / (1 - self.probability))
        up = np.log(self.agree / self.mistake)
        down = np.log((1 - self.agree) / (1 - self.mistake))
        agreeing = np.arange(further + 1)
        odds = start[:, None] + up[:, None] * agreeing + down[:, None] * (further - agreeing)
        odds /= self.tempering.temperatures(self.votes + further)[:, None]
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -700, 700))))

    def reach(self, level: float, min_votes: int, left: Ints) -> Floats:
        """Return the chance that the class reaches the level in 1, 2, ... further votes: (tasks, max(left)).

        left: (tasks,), votes that each task may still get. The level counts from min_votes votes on.
        """
        right, wrong = np.ones((len(left), 1)), np.ones((len(left), 1))
        out = np.zeros((len(left), int(left.max(initial=0))))
        for further in range(1, out.shape[1] + 1):
            right, wrong = _add_vote(right, self.agree), _add_vote(wrong, self.mistake)
            there = (self.after(further) >= level) & (self.votes + further >= min_votes)[:, None]
            now = (self._mixed(right, wrong) * there).sum(axis=1)
            out[:, further - 1] = np.where(further <= left, now, 0.0)
            right, wrong = np.where(there, 0, right), np.where(there, 0, wrong)
        return np.asarray(out.cumsum(axis=1))

    def overturn(self, rest: Floats, left: Ints) -> Floats:
        """Return the chance that another class is the most probable one when no votes are left: (tasks,).

        rest: (tasks,), share of the most probable other class in the probability of all others.
        """
        right, wrong = np.ones((len(left), 1)), np.ones((len(left), 1))
        out = np.zeros(len(left))
        for further in range(1, int(left.max(initial=0)) + 1):
            right, wrong = _add_vote(right, self.agree), _add_vote(wrong, self.mistake)
            last = left == further
            after = self.after(further)[last]
            behind = rest[last, None] * (1 - after) > after
            out[last] = (self._mixed(right, wrong)[last] * behind).sum(axis=1)
        return out

    def _mixed(self, right: Floats, wrong: Floats) -> Floats:
        q = self.probability[:, None]
        return np.asarray(q * right + (1 - q) * wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of some tasks. posterior: (tasks, classes). votes, left: (tasks,), so far and possible."""

    posterior: Floats
    votes: Ints
    left: Ints
    tempering: Tempering


def chance_to_reach(tasks: Standing, crowd: Crowd, level: float, min_votes: int) -> Floats:
    """Return the chance that a class reaches the level in 1, 2, ... further votes: (tasks, max(left))."""
    leading = np.argsort(-tasks.posterior, axis=1, kind="stable")[:, :LEADING].astype(np.int32)
    out = np.zeros((len(leading), int(tasks.left.max(initial=0))))
    for confusion, share in zip(crowd.confusion, crowd.share, strict=True):
        for label in leading.T:
            out += share * Outlook.of(tasks, label, confusion).reach(level, min_votes, tasks.left)
    covered = np.take_along_axis(tasks.posterior, leading, axis=1).sum(axis=1)
    return np.asarray(np.minimum(out / np.maximum(covered, EDGE)[:, None], 1.0))


def chance_to_overturn(tasks: Standing, crowd: Crowd) -> Floats:
    """Return the chance that the votes left change the most probable class: (tasks,)."""
    label = tasks.posterior.argmax(axis=1).astype(np.int32)
    rest = _rival_share(tasks.posterior)
    chances = [Outlook.of(tasks, label, kind).overturn(rest, tasks.left) for kind in crowd.confusion]
    return np.asarray(np.tensordot(crowd.share, np.stack(chances), axes=1))


def _rival_share(posterior: Floats) -> Floats:
    """Return the share of the second class in the probability of all classes but the best: (tasks,)."""
    if posterior.shape[1] == 1:
        return np.zeros(len(posterior))
    second, best = np.partition(posterior, (-2, -1), axis=1)[:, -2:].T
    return np.asarray(np.minimum(second / np.maximum(1 - best, 1e-12), 1.0))


def _add_vote(weights: Floats, chance: Floats) -> Floats:
    """Return the distribution of agreeing votes after one more vote: (tasks, m) to (tasks, m + 1)."""
    out = np.zeros((len(weights), weights.shape[1] + 1))
    out[:, :-1] = weights * (1 - chance)[:, None]
    out[:, 1:] += weights * chance[:, None]
    return out
