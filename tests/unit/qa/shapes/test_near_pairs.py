"""Pairs of overlapping regions are those of a look at all pairs, up to a fixed number."""

import numpy as np
import pytest

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.near_pairs import MOST_PAIRS, NearPairs, find_pairs

REGIONS = 300


def boxes_at_random(rng: np.random.Generator, size: float) -> np.ndarray:
    """Return boxes of about a size on a unit square: (REGIONS, 4)."""
    corner = rng.uniform(0, 1, (REGIONS, 2))
    return np.hstack([corner, corner + rng.uniform(0, size, (REGIONS, 2))])


def listed_pairs(pairs: NearPairs) -> list[tuple[int, int]]:
    return list(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True))


@pytest.mark.parametrize("size", [0.05, 0.3, 3])
@pytest.mark.parametrize("least", [0.0, 0.25])
def test_pairs_are_those_of_a_look_at_all_pairs(size: float, least: float) -> None:
    rng = np.random.default_rng(int(size * 100))
    bounds, annotator = boxes_at_random(rng, size), rng.integers(0, 4, REGIONS).astype(np.int32)
    overlap = box_iou(bounds[:, None], bounds[None, :])
    near = np.triu((overlap >= least) & (overlap > 0) & (annotator[:, None] != annotator), 1)
    found = find_pairs(bounds, annotator, least)
    assert listed_pairs(found) == [(int(one), int(other)) for one, other in np.argwhere(near)]
    assert found.overlap == pytest.approx(overlap[near])
    assert not found.cut


def test_a_box_without_area_is_no_pair() -> None:
    bounds = np.array([[0.1, 0.1, 0.1, 0.9], [0.1, 0.1, 0.1, 0.9], [0.0, 0.0, 1.0, 1.0]])
    assert not len(find_pairs(bounds, np.arange(3, dtype=np.int32), 0.0).one)


def test_thousands_of_equal_boxes_give_a_bounded_number_of_pairs_which_is_said() -> None:
    bounds, annotator = np.tile([0, 0, 1.0, 1], (6000, 1)), np.arange(6000, dtype=np.int32) % 3
    found = find_pairs(bounds, annotator, 0.25)
    assert len(found.one) == MOST_PAIRS < 12_000_000
    assert found.cut
    assert (found.one < found.other).all()


def test_regions_beside_each_other_on_one_axis_are_looked_at_along_the_other() -> None:
    rows = np.arange(4000) // 2 / 2000
    bounds = np.stack([0 * rows, rows, 0 * rows + 1, rows + 1 / 2000], axis=1)
    found = find_pairs(bounds, np.arange(4000, dtype=np.int32) % 2, 0.25)
    assert len(found.one) == 2000
    assert not found.cut
