"""Distance of answers with several regions: spans of a text, boxes of an image.

    1 - sum of the overlaps of matched regions / (regions of one + regions of the other - matched)

Overlap is intersection over union. Regions of the same class match one to one, so that the sum of overlaps is
largest. The distance of one box and another is 1 - IoU, of two empty answers 0, of an empty answer and
another 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.agreement.alpha import Rows
from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.votes.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Regions:
    """One answer. boxes: (n, 4) left, top, right, bottom; a span is a box of height 1. label: (n,)."""

    boxes: Floats
    label: Ints


@dataclass(frozen=True, slots=True)
class RegionDistance:
    """Distance of two of the answers, by their numbers."""

    answers: Sequence[Regions]

    def __call__(self, first: Rows, second: Rows) -> Floats:
        """Return distances of pairs of answers: (pairs,); O(n m min(n, m)) for answers of n and m regions."""
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        return np.fromiter(
            (region_distance(self.answers[i], self.answers[j]) for i, j in pairs), np.float64, len(first)
        )


def region_distance(one: Regions, other: Regions) -> float:
    """Return the distance of two answers, in [0, 1]."""
    from scipy.optimize import linear_sum_assignment  # takes 0.3 s; only answers with regions need it

    if not len(one.label) or not len(other.label):
        return float(len(one.label) != len(other.label))
    overlap = box_iou(one.boxes[:, None], other.boxes[None, :])
    overlap *= one.label[:, None] == other.label
    matches = overlap[linear_sum_assignment(overlap, maximize=True)]
    together = len(one.label) + len(other.label) - int((matches > 0).sum())
    return float(1 - matches.sum() / together)
