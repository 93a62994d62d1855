"""Consensus on spans, choices, numbers and texts: by hand, simulated annotators, plain references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.agreement.distances import relative_distance
from shoal_qa.domain.models.dawid_skene import DawidSkene
from shoal_qa.domain.shapes.choices import class_probabilities, split_choices
from shoal_qa.domain.shapes.numbers import merge_numbers
from shoal_qa.domain.shapes.spans import merge_spans, span_iou
from shoal_qa.domain.shapes.texts import merge_texts
from unit.qa.shapes.shapeskit import EVEN, ints


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
