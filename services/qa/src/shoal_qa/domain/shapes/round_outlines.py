"""The middle of several outlines of one object, where a common centre sees all of each.

From the centre, every outline is a distance for each direction: the middle outline has the weighted median of
the distances. Directions are those of all corners, so that corners stay. A ray that does not meet an outline
exactly once has no such distance; there is then no middle.
"""

from collections.abc import Sequence

import numpy as np

from shoal_qa.domain.shapes.clusters import weighted_medians
from shoal_qa.domain.votes.arrays import Floats

MOST_RAYS = 64
SAME_DIRECTION = 1e-3  # radians
EDGE = 1e-12


def middle_outline(outlines: Sequence[Floats], weight: Floats) -> Floats | None:
    """Return the outline in the middle, (corners, 2), or None if a ray meets one of them more than once.

    outlines: (corners, 2) each, two or more. weight: (outlines,).
    """
    bounds = np.array([(outline.min(axis=0) + outline.max(axis=0)) / 2 for outline in outlines])
    centre = weight @ bounds / weight.sum()
    moved = [outline - centre for outline in outlines]
    rays = _directions_of(np.concatenate(moved))
    radii = _ray_lengths(moved, rays)
    return None if radii is None else np.asarray(centre + weighted_medians(radii, weight)[:, None] * rays)


def _directions_of(points: Floats) -> Floats:
    """Return different directions of points, at most MOST_RAYS of them, by angle: (rays, 2), unit vectors."""
    angle = np.sort(np.arctan2(points[:, 1], points[:, 0]))
    angle = angle[np.diff(angle, prepend=angle[0] - 1) > SAME_DIRECTION]
    if len(angle) > MOST_RAYS:
        angle = angle[np.linspace(0, len(angle) - 1, MOST_RAYS).round().astype(int)]
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _ray_lengths(outlines: Sequence[Floats], rays: Floats) -> Floats | None:
    """Return the distances of outlines from the origin: (outlines, rays); None if a ray has not one of each.

    An edge meets a ray if its ends lie on both sides; a corner on the ray counts as one on its left.
    """
    first = np.cumsum([0, *(len(outline) for outline in outlines[:-1])])
    start = np.concatenate(outlines)
    following = np.concatenate([np.concatenate([outline[1:], outline[:1]]) for outline in outlines])
    way = following - start
    left, left_after = (_sides_of(points, rays) >= -EDGE for points in (start, following))
    slope = _sides_of(way, rays)
    turn = start[:, 0] * way[:, 1] - start[:, 1] * way[:, 0]
    length = np.where(left != left_after, turn[:, None] / np.where(slope != 0, slope, 1), 0)
    met = length > 0
    if not (np.add.reduceat(met, first, axis=0, dtype=np.int64) == 1).all():
        return None
    return np.asarray(np.add.reduceat(np.where(met, length, 0), first, axis=0))


def _sides_of(points: Floats, rays: Floats) -> Floats:
    """Return above 0 for points left of a ray, below for those right of it: (points, rays)."""
    return np.asarray(points[:, 1:] * rays[:, 0] - points[:, :1] * rays[:, 1])
