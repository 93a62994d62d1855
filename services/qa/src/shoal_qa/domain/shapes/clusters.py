"""Groups of regions by several annotators that mark the same thing, and the middle of a group.

Boxes, polygons and spans share this code; only their overlap differs. Tasks are independent, so sizes are
those of one task.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate

import numpy as np

from shoal_qa.domain.shapes.near_pairs import NearPairs
from shoal_qa.domain.votes.arrays import Floats, Ints

OTHER_CLASS = 0.2


def cluster_regions(pairs: NearPairs, annotator: Ints, label: Ints, least: float) -> list[list[int]]:
    """Return groups of regions with at most one region per annotator.

    Greedy: pairs join by falling overlap, those of two classes as if it were less by OTHER_CLASS, so that two
    things at one place keep their classes. A pair does not join if the group would have two regions of one
    annotator, or two that overlap by less than half of `least`, so that chains do not absorb their
    neighbours. pairs: of different annotators, with an overlap of half of `least` or more. label: (regions,),
    numbers of classes.
    """
    groups = [[row] for row in range(len(annotator))]
    people = [{who} for who in annotator.tolist()]
    of = list(range(len(annotator)))
    differ = label[pairs.one] != label[pairs.other]
    order = np.argsort(OTHER_CLASS * differ - pairs.overlap, kind="stable")
    order = order[pairs.overlap[order] >= least]
    near = pairs.overlaps.keys()
    for first, second in zip(pairs.one[order].tolist(), pairs.other[order].tolist(), strict=True):
        left, right = of[first], of[second]
        if left == right or people[left] & people[right] or not _all_near(groups[left], groups[right], near):
            continue
        groups[left] += groups[right]
        people[left] |= people[right]
        for row in groups[right]:
            of[row] = left
        groups[right] = []
    return [sorted(rows) for rows in groups if rows]


def _all_near(left: list[int], right: list[int], near: Collection[tuple[int, int]]) -> bool:
    return all((min(row, other), max(row, other)) in near for row in left for other in right)


def weighted_median(values: Sequence[float], weight: Sequence[float]) -> float:
    """Return the value with half of the weight on either side, the middle of two candidates on a tie."""
    ranked = sorted(zip(values, weight, strict=True))
    mass = list(accumulate(part for _, part in ranked))
    low = bisect_left(mass, mass[-1] / 2 * (1 - 1e-12))
    high = bisect_right(mass, mass[-1] / 2 * (1 + 1e-12))
    return (ranked[low][0] + ranked[min(high, len(ranked) - 1)][0]) / 2


def weighted_medians(values: Floats, weight: Floats) -> Floats:
    """Return the weighted median of each column: (columns,). values: (n, columns), weight: (n,)."""
    order = np.argsort(values, axis=0, kind="stable")
    ranked, mass = np.take_along_axis(values, order, axis=0), np.cumsum(weight[order], axis=0)
    half, columns = mass[-1] / 2, np.arange(values.shape[1])
    low = (mass >= half * (1 - 1e-12)).argmax(axis=0)
    high = (mass > half * (1 + 1e-12)).argmax(axis=0)
    return np.asarray((ranked[low, columns] + ranked[high, columns]) / 2)
