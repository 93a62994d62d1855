"""The outline in the middle of several."""

import numpy as np
import pytest

from shoal_qa.domain.shapes.polygons import polygon_iou
from shoal_qa.domain.shapes.round_outlines import middle_outline
from shoal_qa.domain.votes.arrays import Floats

SQUARE = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], float)


def blob(rng: np.random.Generator, *, noise: float, corners: int) -> Floats:
    """Return a circle of radius 1 with noisy radii, from any corner and in either direction."""
    angle = rng.uniform(0, 2 * np.pi) + np.arange(corners) * 2 * np.pi / corners
    radius = 1 + rng.normal(0, noise, corners)
    turn = 1 if rng.random() < 0.5 else -1
    return np.asarray((radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))[::turn])


def test_two_equal_outlines_outweigh_a_third_that_is_too_wide() -> None:
    middle = middle_outline([SQUARE, SQUARE * 3 - 4, SQUARE[::-1]], np.ones(3))
    assert middle is not None
    assert polygon_iou(middle, SQUARE) == pytest.approx(1)


def test_a_person_with_more_weight_than_two_others_decides() -> None:
    middle = middle_outline([SQUARE, SQUARE + 1, SQUARE + 1], np.array([3.0, 1.0, 1.0]))
    assert middle is not None
    assert polygon_iou(middle, SQUARE) == pytest.approx(1)


def test_the_middle_is_nearer_to_the_truth_than_the_outlines() -> None:
    rng = np.random.default_rng(0)
    circle = blob(rng, noise=0, corners=60)
    nearer = 0
    for _ in range(30):
        outlines = [blob(rng, noise=0.15, corners=int(corners)) for corners in rng.integers(10, 25, 5)]
        middle = middle_outline(outlines, np.ones(5))
        assert middle is not None
        nearer += polygon_iou(middle, circle) > max(polygon_iou(one, circle) for one in outlines)
    assert nearer >= 27


def test_a_ring_with_a_gap_has_no_middle() -> None:
    hook = np.array([[0, 0], [4, 0], [4, 4], [3, 4], [3, 1], [1, 1], [1, 4], [0, 4]], float)
    assert middle_outline([hook, hook], np.ones(2)) is None


def test_many_corners_become_few_rays() -> None:
    rng = np.random.default_rng(1)
    middle = middle_outline([blob(rng, noise=0.01, corners=400) for _ in range(3)], np.ones(3))
    assert middle is not None
    assert len(middle) == 64
