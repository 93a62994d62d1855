"""The distance of two answers of several objects each, or of two orders: 0 for equal, 1 for nothing alike."""

from collections.abc import Mapping

import numpy as np
from scipy.optimize import linear_sum_assignment

from shoal_qa.domain.votes.arrays import Floats


def matching_distance(overlap: Floats) -> float:
    """Return 1 - 2 x (sum of the overlaps of matched objects) / (number of objects in both answers).

    overlap: (objects of one answer, objects of the other), intersection over union, 0 for other classes.
    Objects are matched one to one for the largest sum. Two empty answers are equal.
    """
    objects = sum(overlap.shape)
    if not objects:
        return 0.0
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return float(1 - 2 * overlap[rows, columns].sum() / objects)


def order_distance(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Return the share of pairs of candidates that two orders order differently.

    one, other: ranks by candidate. A pair that is tied in one order only counts half: Kendall's distance with
    the penalty 1/2 of Fagin et al., "Comparing partial rankings" (2006). Other candidates: distance 1.
    """
    if one.keys() != other.keys():
        return 1.0
    names = sorted(one)
    ranks = [np.array([order[name] for name in names]) for order in (one, other)]
    pairs = np.triu_indices(len(names), 1)
    signs = [np.sign(rank[:, None] - rank[None, :])[pairs] for rank in ranks]
    return float(np.abs(signs[0] - signs[1]).mean() / 2) if len(pairs[0]) else 0.0
