"""Boxes: groups by intersection over union, a vote on the class, the weighted median of edges, a quorum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.clusters import Group, RegionRule, group_regions, weighted_median
from shoal_qa.domain.votes.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a quorum: (4,) left, top, right, bottom, and the group of answers behind it."""

    box: Floats
    group: Group


def merge_boxes(
    boxes: Floats,
    label: Ints,
    annotator: Ints,
    *,
    weight: Floats,
    present: Sequence[int],
    rule: RegionRule = RegionRule(),  # noqa: B008 - frozen
) -> list[Box]:
    """Return the boxes of one task. boxes: (n, 4); for the other arguments see `group_regions`.

    Unlike a mean, the median of edges ignores one annotator's far too wide box. Raises ValueError for corners
    that are not finite or not in order.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    if not np.isfinite(boxes).all() or (boxes[:, :2] > boxes[:, 2:]).any():
        raise ValueError("boxes must be finite, with left <= right and top <= bottom")
    overlap = box_iou(boxes[:, None], boxes[None, :])
    groups = group_regions(overlap, label, annotator, weight=weight, present=present, rule=rule)
    return [
        Box(weighted_median(boxes[group.members], weight[annotator[group.members]]), group)
        for group in groups
    ]
