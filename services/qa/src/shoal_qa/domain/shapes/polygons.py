"""Polygons: exact overlaps, groups and a quorum as for boxes; the answer is the medoid of its group.

The overlap is computed by slabs. Between neighbouring x of all corners and crossings only heights change, and
they change linearly, so the area of a slab is its width times the length cut from a vertical line in its
middle. This needs no convexity, and reads self-crossing outlines by the even-odd rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.shapes.clusters import Group, RegionRule, group_regions
from shoal_qa.domain.votes.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Polygon:
    """A polygon with a quorum. `member`: the number of the answer that represents the group."""

    member: int
    group: Group


def merge_polygons(
    polygons: Sequence[Floats],
    label: Ints,
    annotator: Ints,
    *,
    weight: Floats,
    present: Sequence[int],
    rule: RegionRule = RegionRule(),  # noqa: B008 - frozen
) -> list[Polygon]:
    """Return the polygons of one task. polygons: (corners, 2) each; for the others see `group_regions`.

    The answer is the medoid, the member with the largest weighted overlap with the others. It is an outline
    that an annotator drew; a mean would need the same corners in every answer.
    """
    n = len(polygons)
    overlap = np.eye(n)
    for i in range(n):
        for j in range(i):
            overlap[i, j] = overlap[j, i] = polygon_iou(polygons[i], polygons[j])
    groups = group_regions(overlap, label, annotator, weight=weight, present=present, rule=rule)
    return [
        Polygon(_find_medoid(overlap, group.members, weight[annotator[group.members]]), group)
        for group in groups
    ]


def _find_medoid(overlap: Floats, members: Ints, weight: Floats) -> int:
    return int(members[(overlap[np.ix_(members, members)] @ weight).argmax()])


def polygon_iou(one: Floats, other: Floats) -> float:
    """Return intersection over union of two outlines, (corners, 2) each; 0 if neither has an area.

    Raises ValueError for fewer than three corners or corners that are not finite.
    """
    for outline in (one, other):
        if outline.ndim != 2 or outline.shape[1] != 2 or len(outline) < 3 or not np.isfinite(outline).all():
            raise ValueError("a polygon needs three corners or more, all finite, as (corners, 2)")
    if (one.max(axis=0) < other.min(axis=0)).any() or (other.max(axis=0) < one.min(axis=0)).any():
        return 0.0
    both, either = _overlap_areas(one, other)
    return both / either if either > 0 else 0.0


def _overlap_areas(one: Floats, other: Floats) -> tuple[float, float]:
    """Return the areas of intersection and union."""
    edges = np.concatenate(
        [np.stack([outline, np.roll(outline, -1, axis=0)], axis=1) for outline in (one, other)]
    )
    of_one = np.arange(len(edges)) < len(one)
    x = np.unique(np.concatenate([edges[:, 0, 0], _crossing_points(edges)]))
    width, middle = np.diff(x), (x[1:] + x[:-1]) / 2
    height, cut = _edge_heights(edges, middle)
    order = np.argsort(np.where(cut, height, np.inf), axis=1)
    height, cut = np.take_along_axis(height, order, axis=1), np.take_along_axis(cut, order, axis=1)
    in_one = np.cumsum(cut & of_one[order], axis=1) % 2 == 1
    in_other = np.cumsum(cut & ~of_one[order], axis=1) % 2 == 1
    step = np.where(cut[:, 1:], np.diff(height, axis=1), 0)
    both, either = (in_one & in_other)[:, :-1], (in_one | in_other)[:, :-1]
    return float(width @ (step * both).sum(axis=1)), float(width @ (step * either).sum(axis=1))


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
