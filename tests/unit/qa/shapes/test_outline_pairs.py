"""Overlaps of many pairs of outlines, beside the overlap of one pair by slabs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.shapes import outline_pairs
from shoal_qa.domain.shapes.outline_pairs import overlaps_of_pairs
from shoal_qa.domain.shapes.polygons import polygon_iou
from shoal_qa.domain.votes.arrays import Floats

CORNERS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=7)


@settings(max_examples=200)
@given(st.lists(CORNERS, min_size=2, max_size=5))
def test_overlaps_are_those_by_slabs_also_of_outlines_that_cross_themselves(
    shapes: list[list[tuple[int, int]]],
) -> None:
    outlines = [np.array(shape, np.float64) / 8 for shape in shapes]
    one, other = np.triu_indices(len(outlines))
    expected = [polygon_iou(outlines[i], outlines[j]) for i, j in zip(one, other, strict=True)]
    assert overlaps_of_pairs(outlines, one, other) == pytest.approx(expected, abs=1e-9)


def star(rng: np.random.Generator, corners: int) -> Floats:
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * rng.uniform(0.1, 0.3, (corners, 1))
    turn = 1 if rng.random() < 0.5 else -1
    return np.asarray((rng.uniform(0.3, 0.7, 2) + points)[::turn])


def test_pairs_that_are_computed_in_parts_have_the_same_overlaps(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    outlines = [star(rng, int(corners)) for corners in rng.integers(3, 40, 12)]
    one, other = np.triu_indices(len(outlines), 1)
    expected = [polygon_iou(outlines[i], outlines[j]) for i, j in zip(one, other, strict=True)]
    assert overlaps_of_pairs(outlines, one, other) == pytest.approx(expected, abs=1e-9)
    monkeypatch.setattr(outline_pairs, "MOST_CELLS", 500)
    assert overlaps_of_pairs(outlines, one, other) == pytest.approx(expected, abs=1e-9)


def test_no_pairs_have_no_overlaps() -> None:
    none = np.empty(0, np.int64)
    assert overlaps_of_pairs([], none, none).tolist() == []
