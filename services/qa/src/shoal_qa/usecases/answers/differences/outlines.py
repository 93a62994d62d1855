"""The overlaps of outlines, at a bounded cost."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.outline_pairs import overlaps_of_pairs
from shoal_qa.domain.votes.arrays import Floats, Ints

Numbers = NDArray[np.integer]

MOST_CELLS = 40_000_000  # pairs of edges of one job in exact overlaps, and as many in coarse ones: seconds
MOST_CORNERS = 64  # of an outline in an exact overlap, spread evenly
FEW_CORNERS = 12  # of one in a coarse overlap, which is off by some hundredths


def outline_overlaps(outlines: Sequence[Floats], of: Ints | None = None) -> Floats:
    """Return intersection over union of all pairs: (outlines, outlines).

    outlines: (corners, 2) each. of: (outlines,), the answer of each, if overlaps of two of one answer are not
    needed; these are then 0.
    """
    bounds = bounds_of(outlines)
    overlap = box_iou(bounds[:, None], bounds[None, :])
    if of is not None:
        overlap *= of[:, None] != of[None, :]
    one, other = np.nonzero(np.triu(overlap, 1))
    exact = refined_overlaps(outlines, one, other, overlap[one, other])
    overlap[one, other] = overlap[other, one] = exact
    np.fill_diagonal(overlap, 1.0)
    return np.asarray(overlap, np.float64)


def refined_overlaps(
    outlines: Sequence[Floats], one: Numbers, other: Numbers, overlap: Floats, *, most: int = MOST_CELLS
) -> Floats:
    """Return intersection over union of some pairs: (pairs,).

    one, other: (pairs,), numbers of outlines. overlap: (pairs,), of their bounds. Pairs whose bounds overlap
    most are exact, as many as have `most` pairs of edges in all. Further ones are those of outlines with
    FEW_CORNERS, and after as many pairs of edges again those of their bounds.
    """
    refined, left = overlap.copy(), np.argsort(-overlap, kind="stable")
    for corners in (MOST_CORNERS, FEW_CORNERS):
        shapes = [fewer_corners(points, corners) for points in outlines]
        count = np.array([len(points) for points in shapes], np.int64)
        cells = np.cumsum(count[one[left]] * count[other[left]])
        rows, left = np.split(left, [np.searchsorted(cells, most, "right")])
        refined[rows] = overlaps_of_pairs(shapes, one[rows], other[rows])
        if not len(left):
            break
    return refined


def bounds_of(outlines: Sequence[Floats]) -> Floats:
    """Return left, top, right and bottom of each outline: (outlines, 4)."""
    if not len(outlines):
        return np.zeros((0, 4))
    first = np.cumsum([0, *(len(points) for points in outlines[:-1])])
    points = np.concatenate(outlines)
    return np.hstack([np.minimum.reduceat(points, first), np.maximum.reduceat(points, first)])


def fewer_corners(points: Floats, most: int = MOST_CORNERS) -> Floats:
    """Return at most `most` of an outline's corners, spread evenly. points: (corners, 2)."""
    if len(points) <= most:
        return points
    return np.asarray(points[np.linspace(0, len(points) - 1, most).round().astype(int)])
