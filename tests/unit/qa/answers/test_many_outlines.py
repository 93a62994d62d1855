"""Overlaps of more outlines than can be compared exactly: the likeliest pairs are exact."""

import numpy as np

from shoal_qa.domain.shapes.outline_pairs import overlaps_of_pairs
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.differences.outlines import bounds_of, outline_overlaps, refined_overlaps


def diamonds(count: int, corners: int = 24) -> list[Floats]:
    """Return round outlines in pairs that lie close to each other, all pairs apart."""
    rng = np.random.default_rng(0)
    angle = np.arange(corners) * 2 * np.pi / corners
    circle = 0.3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return [circle + np.array([number // 2, 0]) + rng.uniform(0, 0.2, 2) for number in range(count)]


def test_pairs_beyond_the_limit_are_compared_by_fewer_corners_and_not_by_their_bounds() -> None:
    outlines = diamonds(60)
    one, other = np.arange(0, 60, 2), np.arange(1, 60, 2)
    exact = overlaps_of_pairs(outlines, one, other)
    bounds, cells = bounds_of(outlines), 24 * 24
    wide = np.minimum(bounds[one, 2:], bounds[other, 2:]) - np.maximum(bounds[one, :2], bounds[other, :2])
    likely = wide.prod(axis=1)
    refined = refined_overlaps(outlines, one, other, likely, most=10 * cells)
    first = np.argsort(-likely)[:10]
    assert (refined[first] == exact[first]).all()
    assert np.abs(refined - exact).max() < 0.05
    assert (refined_overlaps(outlines, one, other, likely) == exact).all()


def test_thousands_of_pairs_of_one_job_are_exact() -> None:
    outlines = [shape + np.array([0.0, row]) for row in range(2) for shape in diamonds(40, corners=8)]
    outlines = [0.1 * shape for shape in outlines] * 6  # 480 outlines, some 2,800 pairs
    overlap = outline_overlaps(outlines)
    one, other = np.nonzero(np.triu(overlap, 1))
    assert len(one) > 2000
    assert np.abs(overlap[one, other] - overlaps_of_pairs(outlines, one, other)).max() < 1e-12
