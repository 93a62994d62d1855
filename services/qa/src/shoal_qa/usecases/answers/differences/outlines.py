"""The overlaps of outlines, at a bounded cost."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.outline_pairs import overlaps_of_pairs
from shoal_qa.domain.votes.arrays import Floats, Ints

Numbers = NDArray[np.integer]

MOST_EXACT = 2000  # pairs of outlines whose overlap is exact; of further ones it is that of their boxes
MOST_CORNERS = 64  # of an outline in an exact overlap, spread evenly


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
    exact = exact_overlaps(outlines, one[:MOST_EXACT], other[:MOST_EXACT])
    overlap[one[:MOST_EXACT], other[:MOST_EXACT]] = overlap[other[:MOST_EXACT], one[:MOST_EXACT]] = exact
    np.fill_diagonal(overlap, 1.0)
    return np.asarray(overlap, np.float64)


def exact_overlaps(outlines: Sequence[Floats], one: Numbers, other: Numbers) -> Floats:
    """Return intersection over union of some pairs: (pairs,). one, other: (pairs,), numbers of outlines."""
    return overlaps_of_pairs([fewer_corners(points) for points in outlines], one, other)


def bounds_of(outlines: Sequence[Floats]) -> Floats:
    """Return left, top, right and bottom of each outline: (outlines, 4)."""
    if not len(outlines):
        return np.zeros((0, 4))
    first = np.cumsum([0, *(len(points) for points in outlines[:-1])])
    points = np.concatenate(outlines)
    return np.hstack([np.minimum.reduceat(points, first), np.maximum.reduceat(points, first)])


def fewer_corners(points: Floats) -> Floats:
    """Return at most MOST_CORNERS of an outline's corners, spread evenly. points: (corners, 2)."""
    if len(points) <= MOST_CORNERS:
        return points
    return np.asarray(points[np.linspace(0, len(points) - 1, MOST_CORNERS).round().astype(int)])
