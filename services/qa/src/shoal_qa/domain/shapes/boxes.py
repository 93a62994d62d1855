"""Boxes: groups by intersection over union, a vote on the class, the skill-weighted median of each edge, a quorum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.clusters import Group, RegionRule, group_regions, weighted_median
from shoal_qa.domain.votes.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Box:
    """A box that a quorum agrees on: (4,) left, top, right, bottom, and what it stands on."""

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
    """Return the boxes of one task. boxes: (n, 4); the rest as for `group_regions`.

    The median of edges ignores one annotator who draws far too wide, which a mean does not. Raises ValueError for
    corners that are not finite or not in order.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    if not np.isfinite(boxes).all() or (boxes[:, :2] > boxes[:, 2:]).any():
        raise ValueError("a box is finite and has left <= right and top <= bottom")
    overlap = box_iou(boxes[:, None], boxes[None, :])
    groups = group_regions(overlap, label, annotator, weight=weight, present=present, rule=rule)
    return [
        Box(weighted_median(boxes[group.members], weight[annotator[group.members]]), group)
        for group in groups
    ]
