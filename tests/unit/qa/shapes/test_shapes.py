"""Consensus on other shapes of answers: hand-computed cases, simulated annotators, plain references."""

from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.agreement.distances import box_iou, relative_distance
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.shapes.boxes import merge_boxes
from shoal_qa.domain.shapes.choices import class_probabilities, split_choices
from shoal_qa.domain.shapes.clusters import RegionRule, cluster_regions, weighted_median
from shoal_qa.domain.shapes.numbers import merge_numbers
from shoal_qa.domain.shapes.polygons import merge_polygons, polygon_iou
from shoal_qa.domain.shapes.spans import merge_spans, span_iou
from shoal_qa.domain.shapes.texts import merge_texts

EVEN = np.ones(3)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


# Boxes


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


# Polygons

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


def test_the_polygon_in_the_middle_stands_for_all() -> None:
    outlines = [moved(shift, 0) for shift in (0, 0.2, 0.5)]
    (found,) = merge_polygons(outlines, ints(1, 1, 0), ints(0, 1, 2), weight=EVEN, present=[0, 1, 2])
    assert (found.member, found.group.label) == (1, 1)
    (found,) = merge_polygons(
        outlines, ints(1, 1, 0), ints(0, 1, 2), weight=np.array([1, 1, 9.0]), present=[0, 1, 2]
    )
    assert (found.member, found.group.label) == (2, 0)


def test_a_polygon_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="three corners"):
        polygon_iou(SQUARE[:2], SQUARE)


# Spans


def test_spans_by_hand() -> None:
    spans = np.array([[0, 10], [0, 12], [1, 10], [20, 25]])
    assert span_iou(spans)[0].tolist() == pytest.approx([1, 10 / 12, 9 / 10, 0])
    (found,) = merge_spans(spans, ints(1, 0, 1, 1), ints(0, 1, 2, 0), weight=EVEN, present=[0, 1, 2])
    assert (found.start, found.end, found.group.label) == (0, 10, 1)


def test_a_span_between_two_ends_goes_outwards() -> None:
    (found,) = merge_spans(np.array([[3, 7], [4, 8]]), ints(0, 0), ints(0, 1), weight=EVEN, present=[0, 1])
    assert (found.start, found.end) == (3, 8)
    with pytest.raises(ValueError, match="before"):
        merge_spans(np.array([[3, 3]]), ints(0), ints(0), weight=EVEN, present=[0])


# Multiple choice


def test_choices_are_found_again_and_a_class_is_known_by_who_knows_it() -> None:
    rng = np.random.default_rng(0)
    tasks, annotators, classes = 200, 8, 4
    truth = rng.random((tasks, classes)) < 0.4
    blind = np.arange(annotators) < 5  # most annotators cannot see class 3 and never name it
    task = np.repeat(np.arange(tasks, dtype=np.int32), annotators)
    who = np.tile(np.arange(annotators, dtype=np.int32), tasks)
    members = truth[task] ^ (rng.random((len(task), classes)) < 0.1)
    members[blind[who], 3] = rng.random(int(blind[who].sum())) < 0.1
    votes = split_choices(task, who, members, tasks=tasks, annotators=annotators)
    found = class_probabilities(DawidSkene().fit(votes).log_posterior(votes), classes) > 0.5
    majority = np.stack([np.bincount(task, members[:, k]) for k in range(classes)], axis=1) > annotators / 2
    assert (found == truth).mean() > 0.97
    assert (found == truth)[:, 3].mean() > (majority == truth)[:, 3].mean() + 0.2


def test_choices_of_one_skill_share_it() -> None:
    members = np.array([[True, False], [True, True]])
    votes = split_choices(ints(0, 0), ints(0, 1), members, tasks=1, annotators=2, skill_per_class=False)
    assert votes.annotator.tolist() == [0, 0, 1, 1]
    assert votes.task.tolist() == [0, 1, 0, 1]
    assert votes.label.tolist() == [1, 0, 1, 1]


# Numbers


def test_numbers_of_precise_and_sloppy_people() -> None:
    """Values are closer than mean and median, imprecise annotators show, and errors have their size."""
    rng = np.random.default_rng(0)
    spread = np.array([0.2, 0.2, 0.5, 1, 3, 5, 5])
    truth = rng.uniform(-50, 50, 400)
    task = np.repeat(np.arange(400, dtype=np.int32), 5)
    who = np.argsort(rng.random((400, 7)), axis=1)[:, :5].ravel().astype(np.int32)
    answer = truth[task] + rng.standard_t(4, len(task)) * spread[who]
    answer[rng.random(len(task)) < 0.02] *= 100
    found = merge_numbers(task, who, answer, tasks=400, annotators=7)
    table = answer.reshape(400, 5)
    ours, median = np.abs(found.value - truth).mean(), np.abs(np.median(table, axis=1) - truth).mean()
    assert ours < 0.7 * median < np.abs(table.mean(axis=1) - truth).mean()
    assert (np.argsort(found.spread)[:2] <= 1).all()
    assert found.spread == pytest.approx(spread, rel=0.7)
    assert 0.6 < np.mean(np.abs(found.value - truth) < found.error) < 0.85


def test_numbers_without_and_with_one_answer() -> None:
    found = merge_numbers(ints(0, 2, 2), ints(0, 0, 1), np.array([3.0, 5, 5]), tasks=3, annotators=2)
    assert found.value[[0, 2]].tolist() == [3, 5]
    assert np.isnan([found.value[1], found.error[1]]).all()
    assert merge_numbers(ints(), ints(), np.empty(0), tasks=1, annotators=1).spread.tolist() == [1]
    with pytest.raises(ValueError, match="finite"):
        merge_numbers(ints(0), ints(0), np.array([np.inf]), tasks=1, annotators=1)


@settings(max_examples=40)
@given(st.lists(st.floats(-10, 10), min_size=3, max_size=12), st.floats(-100, 100), st.floats(0.1, 10))
def test_numbers_move_and_scale_with_the_answers(answers: list[float], shift: float, scale: float) -> None:
    task, who = np.zeros(len(answers), np.int32), np.arange(len(answers), dtype=np.int32)
    values = np.round(np.array(answers), 2)
    if np.ptp(values) < 0.1:
        return
    one = merge_numbers(task, who, values, tasks=1, annotators=len(answers)).value[0]
    other = merge_numbers(task, who, values * scale + shift, tasks=1, annotators=len(answers)).value[0]
    assert other == pytest.approx(one * scale + shift, abs=1e-3 * scale)
    assert values.min() - 1e-9 <= one <= values.max() + 1e-9


# Texts


@given(st.lists(st.text("ab ", max_size=6), min_size=1, max_size=6), st.data())
def test_the_text_is_the_medoid_of_a_plain_loop(texts: list[str], data: st.DataObject) -> None:
    weight = np.array(data.draw(st.lists(st.integers(1, 3), min_size=len(texts), max_size=len(texts))), float)
    cost = [
        sum(w * relative_distance(one, two) for two, w in zip(texts, weight, strict=True)) for one in texts
    ]
    found = merge_texts(texts, weight)
    assert cost[found.member] == pytest.approx(min(cost))
    assert 0 <= found.agreement <= 1


def test_one_stray_text_of_three_does_not_win() -> None:
    texts = ["the cat sat", "a stray answer, long", "the cat sat.", "the cat sat"]
    assert merge_texts(texts, np.ones(4)).member == 0
    assert merge_texts(["same"], np.ones(1)).agreement == 1
    with pytest.raises(ValueError, match="answer"):
        merge_texts([], np.ones(0))
