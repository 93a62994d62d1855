"""Overlaps of many pairs of outlines at once.

An outline is the sum of the strips below its edges, down to y = 0: those of edges that go right count +1,
those of edges that go left -1, or the other way round by its direction. So the area that two outlines share
is a sum over pairs of their edges,

    sum of sign_i sign_j x (integral of the lower of edge i and edge j over the x that both span),

without crossings and sorting: lines a and b have the integral (a + b - |a - b|) / 2. The sum counts
a point by its winding number, which is 0 or 1 for outlines that do not cross themselves. Others show, since
the area that such an outline shares with itself differs from its area; they are computed by slabs,
of many such pairs by a few slabs each.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.shapes.polygons import MOST_SLABS, NO_AREA, polygon_iou
from shoal_qa.domain.votes.arrays import Floats

Numbers = NDArray[np.integer]

MOST_CELLS = 2_000_000  # pairs of edges in memory at once
MOST_CROSSED = 50  # pairs with an outline that crosses itself, of the best precision
FEW_SLABS = 64  # of further ones: overlaps within some percent
MOST_SLABBED = 2000  # such pairs by slabs, a second; of further ones a point counts by its winding number
SAME_AREA = 1e-6  # relative difference of areas that are equal


def overlaps_of_pairs(outlines: Sequence[Floats], one: Numbers, other: Numbers) -> Floats:
    """Return intersection over union of pairs of outlines: (pairs,); 0 for an outline without area.

    outlines: (corners, 2) each, three corners or more, all finite. one, other: (pairs,), their numbers.
    """
    if not len(one):
        return np.zeros(0)
    edges = _Edges(outlines)
    used = np.unique(np.concatenate([one, other]))
    shared = edges.shared_areas(np.concatenate([one, used]), np.concatenate([other, used]))
    both, own = shared[: len(one)], np.zeros(len(outlines))
    own[used] = shared[len(one) :]
    crossed = np.abs(own - edges.area) > SAME_AREA * np.maximum(own, edges.area)
    either = edges.area[one] + edges.area[other] - both
    overlap = np.where(either > NO_AREA, both / np.maximum(either, NO_AREA), 0.0)
    for count, pair in enumerate(np.flatnonzero(crossed[one] | crossed[other])[:MOST_SLABBED].tolist()):
        slabs = MOST_SLABS if count < MOST_CROSSED else FEW_SLABS
        overlap[pair] = polygon_iou(outlines[int(one[pair])], outlines[int(other[pair])], slabs)
    return np.asarray(np.clip(overlap, 0, 1))


class _Edges:
    """The edges of all outlines, left ends first. area: (outlines,)."""

    def __init__(self, outlines: Sequence[Floats]) -> None:
        self._count = np.array([len(outline) for outline in outlines])
        self._first = np.cumsum(self._count) - self._count
        start = np.concatenate(outlines)
        following = np.arange(1, len(start) + 1)
        following[self._first + self._count - 1] = self._first
        run, rise = (start[following] - start).T
        self._left, self._right = (
            np.minimum(start[:, 0], start[following, 0]),
            np.maximum(start[:, 0], start[following, 0]),
        )
        self._slope = rise / np.where(run != 0, run, 1)
        self._base = start[:, 1] - self._slope * start[:, 0]
        strip = run * (start[:, 1] + rise / 2)
        signed = np.add.reduceat(strip, self._first)
        self.area = np.abs(signed)
        self._sign = np.sign(run) * np.repeat(np.where(signed < 0, -1, 1), self._count)

    def shared_areas(self, one: Numbers, other: Numbers) -> Floats:
        """Return the areas that pairs of outlines share: (pairs,)."""
        cells = np.cumsum(self._count[one] * self._count[other])
        parts = np.searchsorted(cells, np.arange(MOST_CELLS, cells[-1], MOST_CELLS))
        pairs = [np.stack([one, other])[:, rows] for rows in np.split(np.arange(len(one)), np.unique(parts))]
        return np.concatenate([self._shared_part(first, second) for first, second in pairs])

    def _shared_part(self, one: Numbers, other: Numbers) -> Floats:
        cells = self._count[one] * self._count[other]
        pair = np.repeat(np.arange(len(one)), cells)
        cell = np.arange(len(pair)) - np.repeat(np.cumsum(cells) - cells, cells)
        row, column = np.divmod(cell, self._count[other][pair])
        row += self._first[one][pair]
        column += self._first[other][pair]
        low, high = (
            np.maximum(self._left[row], self._left[column]),
            np.minimum(self._right[row], self._right[column]),
        )
        meet = np.flatnonzero(low < high)
        row, column, low, high = row[meet], column[meet], low[meet], high[meet]
        area = self._area_below(row, column, low, high)
        sums = np.bincount(pair[meet], self._sign[row] * self._sign[column] * area, len(one))
        return np.asarray(sums, np.float64)

    def _area_below(self, row: Numbers, column: Numbers, low: Floats, high: Floats) -> Floats:
        """Return the area below both edges from `low` to `high`: (pairs of edges,)."""
        slope, base = self._slope, self._base
        gap = slope[row] - slope[column], base[row] - base[column]
        first, last = gap[0] * low + gap[1], gap[0] * high + gap[1]
        ends = np.abs(first) + np.abs(last)
        crossing = first * last < 0
        squares = np.where(crossing, (first**2 + last**2) / np.where(crossing, ends, 1), ends)
        sums = (slope[row] + slope[column]) * (low + high) + 2 * (base[row] + base[column])
        return np.asarray((high - low) * (sums - squares) / 4)
