"""Pairs of regions that overlap, found without a look at all pairs, and never more than a fixed number.

Regions are sorted along the axis on which fewer of them lie beside each other. A region whose intersection
over union with another is f or more starts before the other's end minus f times its length, so that the
candidates of each are a window of the order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.votes.arrays import Bools, Floats, Ints

Numbers = NDArray[np.integer]

MOST_CANDIDATES = 10_000_000  # pairs of one job to look at: about a second
MOST_PAIRS = 300_000  # of regions that overlap: a thousand objects seen by 25 people
_PART = 500_000  # candidates in memory at once


@dataclass(frozen=True)
class NearPairs:
    """Pairs of regions of different annotators. one < other, overlap: (pairs,), by `one`, then `other`.

    cut: whether there may be more pairs than these.
    """

    one: Numbers
    other: Numbers
    overlap: Floats
    cut: bool = False

    @cached_property
    def overlaps(self) -> dict[tuple[int, int], float]:
        """Return the overlap of each pair, the smaller number first."""
        keys = zip(self.one.tolist(), self.other.tolist(), strict=True)
        return dict(zip(keys, self.overlap.tolist(), strict=True))

    def selected(self, keep: Bools) -> "NearPairs":
        """Return some of the pairs. keep: (pairs,)."""
        return NearPairs(self.one[keep], self.other[keep], self.overlap[keep], self.cut)

    def overlap_of(self, one: int, other: int) -> float:
        """Return the overlap of two regions; 0 if they are no pair, 1 of a region with itself."""
        return 1.0 if one == other else self.overlaps.get((min(one, other), max(one, other)), 0.0)

    def overlaps_among(self, rows: Sequence[int]) -> Floats:
        """Return the overlaps of some regions: (rows, rows)."""
        return np.array([[self.overlap_of(one, other) for other in rows] for one in rows], np.float64)


def find_pairs(bounds: Floats, annotator: Ints, least: float) -> NearPairs:
    """Return the pairs of different annotators' boxes whose overlap is `least` or more, and above 0.

    bounds: (regions, 4), left, top, right, bottom. Of more than MOST_CANDIDATES or MOST_PAIRS the first along
    the axis count, and the result says so.
    """
    parts: list[tuple[Numbers, Numbers, Floats]] = []
    pairs, candidates, cut = 0, 0, False
    for first, second in _candidate_parts(bounds, least):
        candidates += len(first)
        overlap = box_iou(bounds[first], bounds[second])
        near = (overlap >= least) & (overlap > 0) & (annotator[first] != annotator[second])
        one, other = np.minimum(first, second)[near], np.maximum(first, second)[near]
        parts.append((one, other, overlap[near]))
        pairs += len(one)
        if cut := pairs > MOST_PAIRS or candidates > MOST_CANDIDATES:
            break
    none = np.empty(0, np.int64)
    columns = zip((none, none, np.empty(0)), *parts, strict=True)
    one, other, overlap = (np.concatenate(column)[:MOST_PAIRS] for column in columns)
    order = np.lexsort((other, one))
    return NearPairs(one[order], other[order], overlap[order], cut)


def _candidate_parts(bounds: Floats, least: float) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield the numbers of regions that may overlap, a part at a time."""
    order, end = min((_windows_of(bounds, axis, least) for axis in (0, 1)), key=lambda found: found[1].sum())
    count = end - np.arange(len(order)) - 1
    total = np.cumsum(count)
    row = 0
    while row < len(order):
        before = total[row - 1] if row else 0
        stop = max(row + 1, int(np.searchsorted(total, before + _PART, "right")))
        size = count[row:stop]
        first = np.repeat(np.arange(row, stop), size)
        step = np.arange(len(first)) - np.repeat(np.cumsum(size) - size, size)
        yield order[first], order[first + 1 + step]
        row = stop


def _windows_of(bounds: Floats, axis: int, least: float) -> tuple[Numbers, Numbers]:
    """Return the regions by their start on an axis, and before which place the candidates of each end."""
    order = np.argsort(bounds[:, axis], kind="stable")
    low, high = bounds[order, axis], bounds[order, axis + 2]
    end = np.searchsorted(low, high - least * (high - low) * (1 - 1e-9), "right")
    return order, np.maximum(end, np.arange(1, len(order) + 1))
