"""Overlaps of polygons, exact but for outlines that cross themselves hundreds of times.

The overlap is computed by slabs. Between neighbouring x of all corners and crossings only heights change, and
they change linearly, so the area of a slab is its width times the length cut from a vertical line in its
middle. This needs no convexity, and reads self-crossing outlines by the even-odd rule.
"""

import numpy as np

from shoal_qa.domain.votes.arrays import Floats

NO_AREA = 1e-14  # of outlines on a line, by the error of sums; a millionth of a side squared is 1e-12
MOST_SLABS = 300  # between corners and crossings; more of them are as many slabs of equal width
FINEST_SLABS = 4000  # for an area


def polygon_iou(one: Floats, other: Floats, most_slabs: int = MOST_SLABS) -> float:
    """Return intersection over union of two outlines, (corners, 2) each; 0 if neither has an area.

    most_slabs: with fewer than MOST_SLABS, slabs are of equal width and no crossing is looked for.
    Raises ValueError for fewer than three corners or corners that are not finite.
    """
    for outline in (one, other):
        if outline.ndim != 2 or outline.shape[1] != 2 or len(outline) < 3 or not np.isfinite(outline).all():
            raise ValueError("a polygon needs three corners or more, all finite, as (corners, 2)")
    if (one.max(axis=0) < other.min(axis=0)).any() or (other.max(axis=0) < one.min(axis=0)).any():
        return 0.0
    both, either = _overlap_areas(one, other, most_slabs)
    return both / either if either > NO_AREA else 0.0


def polygon_area(outline: Floats) -> float:
    """Return the area of an outline, (corners, 2), by the even-odd rule, as masks of COCO are filled."""
    following = np.roll(outline, -1, axis=0)
    if not _meets_itself(outline, following - outline):
        return abs(float(np.sum(outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]))) / 2
    edges = np.stack([outline, following], axis=1)
    x = _slab_ends(edges, FINEST_SLABS)
    height, cut = _edge_heights(edges, (x[1:] + x[:-1]) / 2)
    height = np.sort(np.where(cut, height, np.inf), axis=1)
    sign = np.where(np.arange(len(edges)) % 2 == 1, 1, -1) * np.isfinite(height)
    return float(np.diff(x) @ (np.where(np.isfinite(height), height, 0) * sign).sum(axis=1))


def _meets_itself(start: Floats, way: Floats) -> bool:
    """Return whether two edges that are no neighbours cross or touch."""
    side = way[:, :1] * (start[:, 1] - start[:, 1:]) - way[:, 1:] * (start[:, 0] - start[:, :1])
    apart = side * np.roll(side, -1, axis=1) > 0  # both ends of an edge lie on one side of another
    meet = ~(apart | apart.T)
    size = len(start)
    index = np.arange(size)
    for step in (-1, 0, 1):
        meet[index, (index + step) % size] = False
    return bool(meet.any())


def _overlap_areas(one: Floats, other: Floats, most_slabs: int) -> tuple[float, float]:
    """Return the areas of intersection and union."""
    edges = np.concatenate(
        [np.stack([outline, np.roll(outline, -1, axis=0)], axis=1) for outline in (one, other)]
    )
    of_one = np.arange(len(edges)) < len(one)
    x = _slab_ends(edges, most_slabs)
    width, middle = np.diff(x), (x[1:] + x[:-1]) / 2
    height, cut = _edge_heights(edges, middle)
    order = np.argsort(np.where(cut, height, np.inf), axis=1)
    height, cut = np.take_along_axis(height, order, axis=1), np.take_along_axis(cut, order, axis=1)
    in_one = np.cumsum(cut & of_one[order], axis=1) % 2 == 1
    in_other = np.cumsum(cut & ~of_one[order], axis=1) % 2 == 1
    step = np.where(cut[:, 1:], np.diff(height, axis=1), 0)
    both, either = (in_one & in_other)[:, :-1], (in_one | in_other)[:, :-1]
    return float(width @ (step * both).sum(axis=1)), float(width @ (step * either).sum(axis=1))


def _slab_ends(edges: Floats, most_slabs: int) -> Floats:
    """Return the x between which heights change linearly, or most_slabs + 1 of equal distance."""
    x = edges[:, 0, 0]
    if most_slabs >= MOST_SLABS:
        exact = np.unique(np.concatenate([x, _crossing_points(edges)]))
        if len(exact) <= most_slabs + 1:
            return np.asarray(exact)
    return np.linspace(x.min(), x.max(), most_slabs + 1)


def _edge_heights(edges: Floats, x: Floats) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Return the y of each edge at each x, and whether the edge crosses that x: (x, edges)."""
    (x0, y0), (x1, y1) = edges[:, 0].T, edges[:, 1].T
    cut = (np.minimum(x0, x1) < x[:, None]) & (x[:, None] < np.maximum(x0, x1))
    run = np.where(x1 != x0, x1 - x0, 1)
    return np.asarray(y0 + (x[:, None] - x0) / run * (y1 - y0)), cut


def _crossing_points(edges: Floats) -> Floats:
    """Return the x at which edges cross."""
    start, way = edges[:, 0], edges[:, 1] - edges[:, 0]
    i, j = np.triu_indices(len(edges), 1)
    between = start[j] - start[i]
    cross = way[i, 0] * way[j, 1] - way[i, 1] * way[j, 0]
    safe = np.where(cross != 0, cross, 1)
    t = (between[:, 0] * way[j, 1] - between[:, 1] * way[j, 0]) / safe
    u = (between[:, 0] * way[i, 1] - between[:, 1] * way[i, 0]) / safe
    meet = (cross != 0) & (t >= 0) & (t <= 1) & (u >= 0) & (u <= 1)
    return np.asarray(start[i[meet], 0] + t[meet] * way[i[meet], 0])
