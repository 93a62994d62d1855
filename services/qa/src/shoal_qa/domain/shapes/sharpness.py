"""The sharpness of annotators who order candidates, over all jobs of a project.

Expectation-maximisation: the right orders by the sharpness so far (orders.py), then the sharpness whose
expected distance from right orders is the observed one. Every annotator has SHRINK further orders, at the
crowd's distance, so that few orders say little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

import numpy as np

from shoal_qa.domain.shapes.orders import MOST_LISTED, OrderAnswers, believed_orders, tied_share
from shoal_qa.domain.votes.arrays import Floats

SHRINK = 4.0  # orders
EXPECTED = 1.0  # sharpness of a crowd before any order
ROUNDS = 50
FIT_SAMPLES = 40  # of each job, in each round
CLOSE = 1e-2
SAMPLED = 8  # where orders are sampled, every so many points of the grid; a divisor of its steps
GRID = 8.0 * np.linspace(-1.0, 1.0, 641) ** 3  # dense near 0: many candidates need little sharpness


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFit:
    """sharpness: (annotators + 1,), the last of all others. tied: the share of tied pairs in all orders."""

    sharpness: Floats
    tied: float


def fit_sharpness(groups: Sequence[OrderAnswers], annotators: int) -> OrderFit:
    """Return the sharpness by all jobs. groups: of jobs with equally many candidates, sorted by job."""
    tied = mean_tied_share(groups)
    counts = np.zeros((annotators, len(groups)))
    for column, group in enumerate(groups):
        counts[:, column] = np.bincount(group.annotator, minlength=annotators)
    expected = np.array([expected_distances(group.ranks.shape[1]) for group in groups])
    sharpness = np.full(annotators + 1, EXPECTED)
    for _ in range(ROUNDS):
        observed = np.zeros(annotators)
        for group in groups:
            observed += _observed_distances(group, sharpness, tied)
        before, sharpness = sharpness, _matching_sharpness(counts, observed, expected)
        if np.abs(sharpness - before).max() < CLOSE:
            break
    return OrderFit(sharpness=sharpness, tied=tied)


def lone_sharpness(ranks: Floats) -> float:
    """Return the sharpness of a crowd of which only the answers to one job are known.

    ranks: (answers, candidates). Each answer is measured against the order of the others' mean ranks, which
    errs as well, so that the estimate is rather too low.
    """
    answers, candidates = ranks.shape
    if answers < 2:
        return EXPECTED
    others = (ranks.sum(axis=0) - ranks) / (answers - 1)
    order = np.argsort(np.argsort(others, axis=1, kind="stable"), axis=1)
    observed = ((ranks - order) ** 2).sum() / 2
    expected = expected_distances(candidates)[None]
    return float(_matching_sharpness(np.array([[float(answers)]]), np.array([observed]), expected)[-1])


def mean_tied_share(groups: Sequence[OrderAnswers]) -> float:
    """Return the share of tied pairs, the mean over all answers."""
    shares = [tied_share(group.ranks) for group in groups]
    return float(np.concatenate(shares).mean()) if shares else 0.0


def _observed_distances(group: OrderAnswers, sharpness: Floats, tied: float) -> Floats:
    """Return the sum of each annotator's expected distances from right orders: (annotators,)."""
    out = np.zeros(len(sharpness) - 1)
    for part, _ in group.parts():
        belief = believed_orders(
            part, sharpness[part.annotator], tied=tied, tolerance=0.0, samples=FIT_SAMPLES
        )
        out += np.bincount(part.annotator, belief.distances(part), len(out))
    return out


def _matching_sharpness(counts: Floats, observed: Floats, expected: Floats) -> Floats:
    """Return the sharpness that matches observed distances, the crowd's last: (annotators + 1,).

    counts: (annotators, groups). observed: (annotators,). expected: (groups, grid).
    """
    usual = counts.sum(axis=0) @ expected / max(counts.sum(), 1.0)  # of one order
    prior = SHRINK * np.interp(EXPECTED, GRID, usual)
    whole = (counts.sum() + SHRINK) * usual
    crowd = float(np.interp(-(observed.sum() + prior), -whole, GRID))
    target = observed + SHRINK * np.interp(crowd, GRID, usual)
    curves = counts @ expected + SHRINK * usual
    own = [np.interp(-goal, -curve, GRID) for goal, curve in zip(target, curves, strict=True)]
    return np.append(own, crowd)


@lru_cache(maxsize=128)
def expected_distances(candidates: int) -> Floats:
    """Return half the expected squared distance of an order from the right one, by sharpness: (grid,)."""
    right = np.arange(candidates)
    if candidates <= MOST_LISTED + 1:
        ranks = np.array(list(permutations(range(candidates))), np.float64)
        half = ((ranks - right) ** 2).sum(axis=1) / 2
        log = -GRID[:, None] * half
        weight = np.exp(log - log.max(axis=1, keepdims=True))
        return np.asarray((weight @ half) / weight.sum(axis=1))
    some = GRID[::SAMPLED]
    one_each = OrderAnswers(
        ranks=np.tile(right.astype(np.float64), (len(some), 1)),
        job=np.arange(len(some), dtype=np.int32),
        annotator=np.zeros(len(some), np.int32),
        jobs=len(some),
    )
    belief = believed_orders(one_each, some, tied=0.0, tolerance=0.0)
    return np.interp(GRID, some, np.minimum.accumulate(belief.distances(one_each)))
