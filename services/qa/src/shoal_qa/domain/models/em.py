"""What all models of votes alternate between: what the answers are, and how good everybody is."""

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
    """Return the last fit of at most `iterations` rounds, until posteriors move by less than `tolerance` a task, and
    the number of rounds.

    posterior: (tasks, classes) to start from. maximise: a fit to votes and posteriors. Known answers stay as they are.
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
    """Return how far posteriors moved, in probability a task; `before` is overwritten."""
    before -= after
    return float(np.abs(before, out=before).sum()) / (2 * max(len(after), 1))


def impose_gold(posterior: Floats, gold: Ints | None) -> Floats:
    """Return posteriors with certainty where the answer is known. known: (tasks,) classes or UNKNOWN."""
    if gold is None:
        return posterior
    rows = np.flatnonzero(gold != UNKNOWN)
    out = posterior.copy()
    out[rows] = 0
    out[rows, gold[rows]] = 1
    return out


def first_posterior(votes: VoteArrays, start: Fitted | None) -> Floats:
    """Return where to start: the posteriors of an earlier fit, whose later annotators are unknown, or vote shares."""
    if start is None:
        return votes.shares()
    annotator = np.where(votes.annotator < start.annotators, votes.annotator, UNKNOWN).astype(np.int32)
    masked = replace(votes, annotator=annotator)
    return start.posterior(masked)


@dataclass(frozen=True, slots=True)
class ClassShares:
    """How frequent each class is: what posteriors say, held near what votes say.

        p[k] = (sum over tasks of posterior[t, k] + anchor T v[k]) / (T (1 + anchor))

    with v the mean over tasks of the shares of labels, and T the tasks with votes. Maximum likelihood (anchor 0)
    feeds on itself where votes are few: a class that is thought to be a little more frequent wins more tasks, until
    one class has them all; shares of votes are biased, but cannot run away.
    """

    anchor: float = 1.0

    def over(self, votes: VoteArrays) -> Callable[[Floats], Floats]:
        """Return what takes posteriors, (tasks, classes), to log p(class), (classes,)."""
        voted = (votes.votes_per_task() > 0).astype(np.float64)
        named = label_popularity(votes)

        def log_shares(posterior: Floats) -> Floats:
            counts = voted @ posterior + 1 / votes.classes
            share = (counts / counts.sum() + self.anchor * named) / (1 + self.anchor)
            return np.asarray(np.log(share))

        return log_shares


def label_popularity(votes: VoteArrays) -> Floats:
    """Return how often each label is given, every task with votes counting alike, never 0: (classes,)."""
    counts = votes.label_counts() + 1 / votes.classes
    return np.asarray(counts / counts.sum())
