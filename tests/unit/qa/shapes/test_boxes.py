"""Consensus on boxes: hand-computed cases and simulated annotators."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.shapes.boxes import merge_boxes
from shoal_qa.domain.shapes.clusters import RegionRule, cluster_regions, weighted_median
from unit.qa.shapes.shapeskit import EVEN, ints


def test_three_boxes_of_one_thing_are_one_box() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [0, 1, 10, 12.0]])
    (found,) = merge_boxes(boxes, ints(2, 2, 1), ints(0, 1, 2), weight=EVEN, present=[0, 1, 2])
    assert found.box.tolist() == [0, 0, 10, 10]
    assert (found.group.label, found.group.label_share, found.group.support) == (2, pytest.approx(2 / 3), 1)


def test_a_box_of_one_annotator_of_three_has_no_quorum() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [50, 50, 60, 60.0]])
    found = merge_boxes(boxes, ints(0, 0, 0), ints(0, 1, 1), weight=EVEN, present=[0, 1, 2])
    assert [each.box.tolist() for each in found] == [[0, 0, 10, 10]]
    assert found[0].group.support == pytest.approx(2 / 3)
    assert (
        len(
            merge_boxes(
                boxes,
                ints(0, 0, 0),
                ints(0, 1, 1),
                weight=EVEN,
                present=[0, 1, 2],
                rule=RegionRule(quorum=0.3),
            )
        )
        == 2
    )


def test_who_draws_nothing_counts_against() -> None:
    boxes = np.array([[0, 0, 10, 10.0]])
    assert merge_boxes(boxes, ints(0), ints(0), weight=EVEN, present=[0, 1]) == []
    assert len(merge_boxes(boxes, ints(0), ints(0), weight=EVEN, present=[0])) == 1


def test_skill_outweighs_number() -> None:
    boxes = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [4, 0, 14, 10.0]])
    skilled = np.array([5.0, 1, 1])
    rule = RegionRule(least=0.4)
    assert (
        merge_boxes(boxes, ints(1, 0, 0), ints(0, 1, 2), weight=EVEN, present=[0, 1, 2], rule=rule)[0].box[0]
        == 4
    )
    (found,) = merge_boxes(boxes, ints(1, 0, 0), ints(0, 1, 2), weight=skilled, present=[0, 1, 2], rule=rule)
    assert (found.box[0], found.group.label) == (0, 1)


def test_two_things_side_by_side_stay_two() -> None:
    boxes = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [0, 0, 10, 10], [4, 0, 14, 10.0]])
    found = merge_boxes(
        boxes, ints(0, 0, 0, 0), ints(0, 0, 1, 1), weight=EVEN, present=[0, 1], rule=RegionRule(least=0.3)
    )
    assert sorted(each.box[0] for each in found) == [0, 4]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), min_size=1, max_size=25))
def test_clusters_have_one_region_of_each_annotator_and_every_region_once(
    found: list[tuple[int, int]],
) -> None:
    annotator = ints(*(a for a, _ in found))
    left = np.array([x for _, x in found], float)
    boxes = np.stack([left, 0 * left, left + 10, 0 * left + 10], axis=1)
    groups = cluster_regions(box_iou(boxes[:, None], boxes[None]), annotator, 0.5)
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(found)))
    assert all(len(set(annotator[each])) == len(each) for each in groups)


def test_boxes_of_noisy_annotators_are_found_again() -> None:
    """Eight objects, six annotators who miss some and invent some: all objects are found, near their
    position.
    """
    rng = np.random.default_rng(0)
    things = np.array([[x, y, x + 20, y + 20.0] for x in (0, 40, 80, 120) for y in (0, 40)])
    noise = np.array([0.5, 0.5, 1, 1, 2, 3])
    boxes, annotator = [], []
    for a, sigma in enumerate(noise):
        seen = things[rng.random(len(things)) < 0.85] + rng.normal(0, sigma, 4)
        invented = rng.uniform(200, 300, (1, 2))
        boxes += [seen, np.hstack([invented, invented + 20])]
        annotator += [a] * (len(seen) + 1)
    found = merge_boxes(
        np.concatenate(boxes),
        np.zeros(len(annotator), int),
        ints(*annotator),
        weight=1 / noise,
        present=range(6),
    )
    assert len(found) == len(things)
    assert max(min(np.abs(each.box - thing).max() for each in found) for thing in things) < 1.5


@pytest.mark.parametrize("box", [[0, 0, np.nan, 1], [2, 0, 1, 1]])
def test_a_box_that_is_none_is_refused(box: list[float]) -> None:
    with pytest.raises(ValueError, match="box"):
        merge_boxes(np.array([box]), ints(0), ints(0), weight=EVEN, present=[0])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=9))
def test_the_weighted_median_is_the_median_of_repeated_values(pairs: list[tuple[int, int]]) -> None:
    values, weight = np.array(pairs, float).T
    expected = np.median(np.repeat(values, weight.astype(int)))
    assert weighted_median(values[:, None], weight) == pytest.approx(expected)
