"""A pool of models: the weighted mean of their posteriors.

    p(truth | votes) = sum over members m of w[m] p_m(truth | votes)

The log loss of a linear opinion pool is never above the mean of its members' (Jensen's inequality), and
errors that members do not share average out: if one model is misled by effects it cannot express (a shared
bias, a hard kind of task, too few votes for a confusion matrix), others are not. For the same reason members
agree if they are right, and err in different ways if they are wrong. So without gold, a member's weight
depends on how often it agrees with the pool of the others; with gold, on the probability of answers held out
from it.
Source: Clemen and Winkler, "Combining Probability Distributions From Experts in Risk Analysis", 1999; for
weights from held-out answers, Wolpert, "Stacked Generalization", 1992.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.models.base import Additive, State
from shoal_qa.domain.models.wide import FEWEST_CLASSES, WidePosterior, are_sparse, wide_posterior
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import sum_by_annotator

CAUTION = 10.0  # weight of the agreement weights, in gold answers
SHARPNESS = 20.0  # agreement on 5 % fewer tasks divides the weight by e
SETTLED = 3  # rounds of agreement
LEAST = 1e-6
ROUNDS = 200
LOWEST = float(np.log(1e-300))  # log probability


@dataclass(frozen=True, slots=True)
class FittedPool:
    """Members and their weights, (members,), which add up to 1. right: (annotators,), right shares."""

    members: tuple[Additive, ...]
    weights: Floats
    right: Floats
    name: str = "auto"

    @property
    def annotators(self) -> int:
        """Return the number of annotators in the fit."""
        return len(self.right)

    @property
    def rows(self) -> Floats:
        """Return the row that each vote adds: (annotators + 1, labels, width).

        It holds the members' rows side by side.
        """
        annotators = self.annotators + 1  # majority vote has one entry for all of them
        rows = [member.rows for member in self.members]
        return np.concatenate([np.broadcast_to(r, (annotators, *r.shape[1:])) for r in rows], axis=2)

    def read(self, sums: Floats) -> Floats:
        """Return log posteriors of sums of rows: (tasks, classes)."""
        edges = np.cumsum([member.rows.shape[2] for member in self.members])[:-1]
        parts = np.split(sums, edges, axis=1)
        return mix_posteriors(
            [m.read(part) for m, part in zip(self.members, parts, strict=True)], self.weights
        )

    def log_posterior(self, votes: VoteArrays) -> Floats:
        """Return log p(truth | votes): (tasks, classes)."""
        return mix_posteriors([member.log_posterior(votes) for member in self.members], self.weights)

    def wide_posterior(self, votes: VoteArrays) -> WidePosterior | None:
        """Return p(truth | votes) of many classes without a table of tasks by classes.

        None for few classes, and for members with confusion matrices.
        """
        if votes.classes <= FEWEST_CLASSES or not are_sparse(self.members):
            return None
        return wide_posterior(self.members, self.weights, votes)

    def right_shares(self, votes: VoteArrays) -> Floats:
        """Return the probability that each vote is right: (votes,)."""
        wide = self.wide_posterior(votes)
        return self.posterior(votes)[votes.task, votes.label] if wide is None else wide.of_votes()

    def posterior(self, votes: VoteArrays) -> Floats:
        """Return p(truth | votes): (tasks, classes)."""
        if len(self.members) == 1:
            return self.members[0].posterior(votes)
        return np.exp(self.log_posterior(votes))

    def skill(self) -> Floats:
        """Return the expected share of right votes of each annotator: (annotators,)."""
        return self.right

    def to_arrays(self) -> State:
        """Return the weights and the members' arrays, each name prefixed by its member's and a dot."""
        state = {"weights": self.weights, "right": self.right}
        for member in self.members:
            state |= {f"{member.name}.{key}": value for key, value in member.to_arrays().items()}
        return state


def pool_without_members(right: Floats, name: str) -> FittedPool:
    """Return a pool that knows how often annotators are right, and reads no votes. right: (annotators,)."""
    return FittedPool((), np.empty(0), right, name)


def mix_posteriors(log_posteriors: list[Floats], weights: Floats) -> Floats:
    """Return the log of the weighted mean of posteriors: (tasks, classes)."""
    if len(log_posteriors) == 1:
        return np.maximum(log_posteriors[0], LOWEST)
    total = np.zeros_like(log_posteriors[0])
    for weight, log_posterior in zip(weights, log_posteriors, strict=True):
        total += weight * np.exp(log_posterior)
    return np.asarray(np.log(np.maximum(total, np.exp(LOWEST))))


def agreement_weights(posteriors: Sequence[Floats]) -> Floats:
    """Return weights by agreement: (members,). posteriors: one (tasks, classes) per member.

    w[m] is proportional to exp(SHARPNESS a[m]), where a[m] is the share of tasks on which m has the same most
    probable class as the pool of the others, under these weights. Uniform for fewer than three members.
    O(members^2 x tasks x classes).
    """
    members = len(posteriors)
    weights = np.full(members, 1 / members)
    best = [posterior.argmax(axis=1) for posterior in posteriors]
    if members < 3 or not len(best[0]):
        return weights
    for _ in range(SETTLED):
        whole = np.tensordot(weights, np.stack(posteriors), 1)
        rest = [
            (whole - w * posterior).argmax(axis=1) for w, posterior in zip(weights, posteriors, strict=True)
        ]
        agreement = np.array([(one == other).mean() for one, other in zip(best, rest, strict=True)])
        weights = np.exp(SHARPNESS * (agreement - agreement.max()))
        weights /= weights.sum()
    return weights


def stacking_weights(right: Floats, prior: Floats) -> Floats:
    """Return the weights that maximise the probability of held-out answers, held near `prior`: (members,).

    right: (members, gold), probability of the gold answer, by fits without it. prior: (members,), adds up to
    1. Maximises the sum over gold of log sum w[m] right[m] plus CAUTION x sum of prior[m] log w[m], by EM.
    The objective is concave, so the solution is unique.
    """
    weights = prior
    floored = np.maximum(right, LEAST)
    for _ in range(ROUNDS):
        share = weights[:, None] * floored
        counts = (share / share.sum(axis=0)).sum(axis=1) + CAUTION * prior
        weights = counts / counts.sum()
    return weights


def expected_skill(votes: VoteArrays, right_shares: Floats) -> Floats:
    """Return the expected share of right votes of each annotator, smoothed: (annotators,).

    right_shares: (votes,), the probability that each vote is right.
    """
    right = sum_by_annotator(votes, right_shares)
    answered = sum_by_annotator(votes)
    return np.asarray((right + 1) / (answered + 2))


def withhold_gold(gold: Ints, tasks: Ints, unknown: int) -> Ints:
    """Return the gold answers with those of `tasks` set to `unknown`."""
    fewer = gold.copy()
    fewer[tasks] = unknown
    return fewer
