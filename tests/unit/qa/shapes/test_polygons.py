"""Overlaps of polygons, by hand and by many points."""

from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.polygons import polygon_area, polygon_iou

SQUARE = np.array([[0, 0], [2, 0], [2, 2], [0, 2.0]])


def moved(x: float, y: float) -> np.ndarray:
    return SQUARE + np.array([x, y])


def test_overlaps_of_polygons_by_hand() -> None:
    assert polygon_iou(SQUARE, SQUARE) == pytest.approx(1)
    assert polygon_iou(SQUARE, SQUARE + 1) == pytest.approx(1 / 7)
    assert polygon_iou(SQUARE, moved(1, 0)[::-1]) == pytest.approx(1 / 3)
    assert polygon_iou(SQUARE, moved(2, 0)) == 0
    triangle = np.array([[0, 0], [2, 0], [1, 2.0]])
    assert polygon_iou(SQUARE, triangle) == pytest.approx(0.5)
    hole = np.array(
        [[0, 0], [6, 0], [6, 6], [4, 6], [4, 2], [2, 2], [2, 6], [0, 6.0]]
    )  # a U: 28, opening 2 x 4
    assert polygon_iou(hole, moved(2, 3)) == 0
    assert polygon_iou(hole, moved(1, 3)) == pytest.approx(2 / 30)


def test_the_area_of_an_outline_that_crosses_or_touches_itself_is_what_a_mask_fills() -> None:
    bow_tie = SQUARE[[0, 2, 1, 3]]
    touching = np.array([[0, 0], [1, 1], [2, 0], [2, 2], [1, 1], [0, 2.0]])
    twice_around = np.concatenate([SQUARE, SQUARE])
    inner_loop = np.array([[0, 0], [6, 0], [6, 6], [0, 6], [0, 0], [2, 2], [4, 2], [4, 4], [2, 4], [2, 2.0]])
    assert polygon_area(SQUARE) == 4
    assert polygon_area(bow_tie) == pytest.approx(2)
    assert polygon_area(touching) == pytest.approx(2)
    assert polygon_area(twice_around) == 0
    assert polygon_area(inner_loop) == pytest.approx(32)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 12), min_size=8, max_size=8), st.booleans())
def test_overlaps_of_rectangles_and_turned_ones_are_those_of_boxes(c: list[int], turned: bool) -> None:
    boxes = np.array(
        [
            [min(c[0], c[1]), min(c[2], c[3]), max(c[0], c[1]) + 1, max(c[2], c[3]) + 1],
            [min(c[4], c[5]), min(c[6], c[7]), max(c[4], c[5]) + 1, max(c[6], c[7]) + 1],
        ],
        float,
    )
    outlines = [np.array([[a, b], [x, b], [x, y], [a, y]]) for a, b, x, y in boxes]
    turn = np.array([[0.8, -0.6], [0.6, 0.8]]) if turned else np.eye(2)
    found = polygon_iou(outlines[0] @ turn, outlines[1] @ turn)
    assert found == pytest.approx(float(box_iou(boxes[0], boxes[1])), abs=1e-6)


def test_overlap_of_stars_is_that_of_many_points() -> None:
    """Non-convex outlines with many crossings, compared with counting points of a fine grid."""
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * pi, 24, endpoint=False)
    one, other = (
        np.stack([np.cos(angle), np.sin(angle)], axis=1) * rng.uniform(0.3, 1, (24, 1)) + shift
        for shift in (0, 0.15)
    )
    grid = np.stack(np.meshgrid(*[np.linspace(-1.2, 1.4, 500)] * 2), axis=-1).reshape(-1, 2)
    a, b = inside(one, grid), inside(other, grid)
    assert polygon_iou(one, other) == pytest.approx((a & b).sum() / (a | b).sum(), abs=0.01)


def inside(outline: np.ndarray, points: np.ndarray) -> np.ndarray:
    out = np.zeros(len(points), bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        above = (y0 > points[:, 1]) != (y1 > points[:, 1])
        out ^= above & (points[:, 0] < (x1 - x0) * (points[:, 1] - y0) / (y1 - y0 if y1 != y0 else 1) + x0)
    return out


def test_a_polygon_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="three corners"):
        polygon_iou(SQUARE[:2], SQUARE)
