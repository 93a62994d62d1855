"""Expectation-maximisation for models of votes: the answers and the quality of annotators in turn."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays

F = TypeVar("F", bound=Fitted)


def alternate_steps(
    votes: VoteArrays,
    posterior: Floats,
    gold: Ints | None,
    *,
    maximise: Callable[[Floats], F],
    iterations: int,
    tolerance: float,
) -> tuple[F, int]:
    """Alternate between answers and annotators; return the last fit and the number of rounds.

    Stops after `iterations` rounds, or as soon as posteriors move by less than `tolerance` a task. posterior:
    (tasks, classes), to start from. gold: (tasks,) classes or UNKNOWN; gold answers stay fixed. maximise:
    takes posteriors to a fit.
    """
    posterior = impose_gold(posterior, gold)
    rounds, settled = 0, False
    while rounds < iterations and not settled:
        rounds += 1
        fitted = maximise(posterior)
        before, posterior = posterior, impose_gold(fitted.posterior(votes), gold)
        settled = posterior_shift(before, posterior) <= tolerance
    return maximise(posterior), rounds


def posterior_shift(before: Floats, after: Floats) -> float:
    """Return the mean change of posteriors, in probability a task. Overwrites `before`."""
    before -= after
    return float(np.abs(before, out=before).sum()) / (2 * max(len(after), 1))


def impose_gold(posterior: Floats, gold: Ints | None) -> Floats:
    """Return posteriors with certainty on gold tasks. gold: (tasks,) classes or UNKNOWN."""
    if gold is None:
        return posterior
    rows = np.flatnonzero(gold != UNKNOWN)
    out = posterior.copy()
    out[rows] = 0
    out[rows, gold[rows]] = 1
    return out


def first_posterior(votes: VoteArrays, start: Fitted | None) -> Floats:
    """Return the first posteriors: (tasks, classes).

    Those of the earlier fit, to which later annotators are unknown, or vote shares without one.
    """
    if start is None:
        return votes.shares()
    annotator = np.where(votes.annotator < start.annotators, votes.annotator, UNKNOWN).astype(np.int32)
    masked = replace(votes, annotator=annotator)
    return start.posterior(masked)


@dataclass(frozen=True, slots=True)
class ClassShares:
    """Class frequencies: the mean posterior, held near vote shares.

        p[k] = (sum over tasks of posterior[t, k] + anchor T v[k]) / (T (1 + anchor))

    v is the mean of vote shares over tasks, and T the number of tasks with votes. Maximum likelihood (anchor
    0) feeds on itself if votes are few: a class estimated as slightly more frequent wins more tasks, until it
    has them all. Vote shares are biased, but cannot run away.
    """

    anchor: float = 1.0

    def over(self, votes: VoteArrays) -> Callable[[Floats], Floats]:
        """Return a function from posteriors, (tasks, classes), to log p(class), (classes,)."""
        voted = (votes.votes_per_task() > 0).astype(np.float64)
        named = label_popularity(votes)

        def log_shares(posterior: Floats) -> Floats:
            counts = voted @ posterior + 1 / votes.classes
            share = (counts / counts.sum() + self.anchor * named) / (1 + self.anchor)
            return np.asarray(np.log(share))

        return log_shares


def label_popularity(votes: VoteArrays) -> Floats:
    """Return the share of each label, tasks with votes counting alike: (classes,), above 0."""
    counts = votes.label_counts() + 1 / votes.classes
    return np.asarray(counts / counts.sum())
