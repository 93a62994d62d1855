"""Groups of regions by several annotators that mark the same thing, and the consensus of a group.

Boxes, polygons and spans share this code; only their overlap differs. Tasks are independent, so sizes are
those of one task, some hundreds of regions at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class RegionRule:
    """least: overlap (intersection over union) of regions that may be the same thing.

    quorum: share of the weight of all annotators of the task, including those without a region, that a group
    needs.
    """

    least: float = 0.5
    quorum: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of regions. members: their numbers; label: weighted vote; support: share of the weight."""

    members: Ints
    label: int
    label_share: float
    support: float
    overlap: float  # mean over pairs of members; 1 for a single one


def group_regions(
    overlap: Floats, label: Ints, annotator: Ints, *, weight: Floats, present: Sequence[int], rule: RegionRule
) -> list[Group]:
    """Return the groups with a quorum, the largest support first.

    overlap: (regions, regions). label, annotator: (regions,). weight: (annotators,), above 0, from skill.
    present: the annotators who worked on the task.
    """
    whole = float(weight[np.unique(np.asarray(present, np.int64))].sum())
    things = []
    for members in cluster_regions(overlap, annotator, rule.least):
        weights = weight[annotator[members]]
        support = float(weights.sum()) / whole
        if support > rule.quorum:
            winner, share = weighted_vote(label[members], weights)
            things.append(
                Group(
                    members=members,
                    label=winner,
                    label_share=share,
                    support=support,
                    overlap=_mean_overlap(overlap, members),
                )
            )
    return sorted(things, key=lambda group: (-group.support, int(group.members[0])))


def cluster_regions(overlap: Floats, annotator: Ints, least: float) -> list[Ints]:
    """Return groups of regions with at most one region per annotator.

    Greedy: pairs join by falling overlap. A pair does not join if the group would have two regions of one
    annotator, or two that overlap by less than half of `least`, so that chains do not absorb their
    neighbours.
    """
    groups = [[row] for row in range(len(annotator))]
    of = list(range(len(annotator)))
    one, other = np.nonzero(np.triu(overlap >= least, 1) & (annotator[:, None] != annotator[None, :]))
    for pair in np.argsort(-overlap[one, other], kind="stable"):
        left, right = of[one[pair]], of[other[pair]]
        if left == right or not _may_join(groups[left], groups[right], overlap, annotator, least=least / 2):
            continue
        groups[left] += groups[right]
        for row in groups[right]:
            of[row] = left
        groups[right] = []
    return [np.array(sorted(rows), np.int32) for rows in groups if rows]


def _may_join(left: list[int], right: list[int], overlap: Floats, annotator: Ints, *, least: float) -> bool:
    twice = np.isin(annotator[left], annotator[right]).any()
    return not twice and bool((overlap[np.ix_(left, right)] >= least).all())


def _mean_overlap(overlap: Floats, members: Ints) -> float:
    pairs = overlap[np.ix_(members, members)][np.triu_indices(len(members), 1)]
    return float(pairs.mean()) if len(pairs) else 1.0


def weighted_vote(label: Ints, weight: Floats) -> tuple[int, float]:
    """Return the label with the largest weight, the lowest among equals, and its share."""
    sums = np.bincount(label, weight)
    return int(sums.argmax()), float(sums.max() / sums.sum())


def weighted_median(values: Floats, weight: Floats) -> Floats:
    """Return the median of each column, the middle of two candidates on a tie. values: (n, columns)."""
    order = np.argsort(values, axis=0, kind="stable")
    ranked, mass = np.take_along_axis(values, order, axis=0), np.cumsum(weight[order], axis=0)
    half = mass[-1] / 2
    columns = np.arange(values.shape[1])
    low = (mass >= half * (1 - 1e-12)).argmax(axis=0)
    high = (mass > half * (1 + 1e-12)).argmax(axis=0)
    return np.asarray((ranked[low, columns] + ranked[high, columns]) / 2)
