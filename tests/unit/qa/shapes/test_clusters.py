"""Groups of regions, and the weighted median."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.shapes.clusters import cluster_regions, weighted_median, weighted_medians
from shoal_qa.domain.shapes.near_pairs import find_pairs
from unit.qa.shapes.shapeskit import ints


def test_two_things_side_by_side_stay_two() -> None:
    boxes = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [0, 0, 10, 10], [4, 0, 14, 10.0]])
    groups = cluster_regions(
        find_pairs(boxes, ints(0, 0, 1, 1), 0.15), ints(0, 0, 1, 1), ints(0, 0, 0, 0), 0.3
    )
    assert sorted(groups) == [[0, 2], [1, 3]]


def test_two_things_at_one_place_keep_their_classes() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [0, 0, 10, 10.0]])
    annotator = ints(0, 0, 1, 1)
    pairs = find_pairs(boxes, annotator, 0.25)
    assert sorted(cluster_regions(pairs, annotator, ints(0, 1, 0, 1), 0.5)) == [[0, 2], [1, 3]]
    assert sorted(cluster_regions(pairs, annotator, ints(0, 0, 0, 0), 0.5)) == [[0, 3], [1, 2]]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), min_size=1, max_size=25))
def test_clusters_have_one_region_of_each_annotator_and_every_region_once(
    found: list[tuple[int, int]],
) -> None:
    annotator = ints(*(a for a, _ in found))
    left = np.array([x for _, x in found], float)
    boxes = np.stack([left, 0 * left, left + 10, 0 * left + 10], axis=1)
    groups = cluster_regions(find_pairs(boxes, annotator, 0.25), annotator, annotator % 2, 0.5)
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(found)))
    assert all(len(set(annotator[each])) == len(each) for each in groups)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=9))
def test_the_weighted_median_is_the_median_of_repeated_values(pairs: list[tuple[int, int]]) -> None:
    values, weight = np.array(pairs, float).T
    expected = np.median(np.repeat(values, weight.astype(int)))
    assert weighted_median(values.tolist(), weight.tolist()) == pytest.approx(expected)
    assert weighted_medians(values[:, None], weight) == pytest.approx(expected)
