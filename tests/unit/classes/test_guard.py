"""The guard refuses wrong orders and lets poor models pass."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.classes.guard import better_order


def answers(
    rng: np.random.Generator, classes: int, rows: int, accuracy: float, skew: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and the answers of a model whose errors go to any class."""
    share = 1 / np.arange(1, classes + 1) ** skew
    label = rng.choice(classes, rows, p=share / share.sum())
    right = rng.random(rows) < accuracy
    return label, np.where(right, label, rng.integers(0, classes, rows))


@given(st.integers(0, 2**32 - 1), st.integers(3, 12))
@settings(max_examples=60, deadline=None)
def test_a_shuffled_order_is_found_and_undone(seed: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    label, predicted = answers(rng, classes, 600, 0.8)
    order = rng.permutation(classes)
    if (order == np.arange(classes)).sum() > classes // 4:
        return
    better = better_order(label, np.argsort(order)[predicted], classes)
    assert better is not None
    assert better.order.tolist() == order.tolist()
    assert better.better > 0.7


@pytest.mark.parametrize("rows", [30, 150, 3000])
@pytest.mark.parametrize("accuracy", [0.0, 0.2, 0.5, 0.95])
@pytest.mark.parametrize("skew", [0.0, 1.5])
def test_a_model_with_errors_of_any_kind_passes(rows: int, accuracy: float, skew: float) -> None:
    rng = np.random.default_rng(rows)
    for classes in (2, 3, 8, 20, 50):
        usual = [np.roll(np.arange(classes), 1), np.array(sorted(range(classes), key=str))]
        for _ in range(20):
            label, predicted = answers(rng, classes, rows, accuracy, skew)
            assert better_order(label, predicted, classes, usual) is None


def test_a_model_that_predicts_few_classes_passes() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        label, predicted = answers(rng, 10, 1000, 0.3)
        collapsed = np.where(rng.random(1000) < 0.8, rng.integers(3, 5), predicted)
        assert better_order(label, collapsed, 10) is None
        assert better_order(label, np.full(1000, 7), 10) is None


def test_labels_of_which_a_third_goes_to_one_other_class_pass() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        truth, predicted = answers(rng, 6, 1000, 0.9)
        label = np.where(rng.random(1000) < 0.33, (truth + 1) % 6, truth)
        assert better_order(label, predicted, 6) is None


def test_two_swapped_columns_among_many_are_found() -> None:
    label, predicted = answers(np.random.default_rng(3), 12, 1200, 0.85)
    swapped = np.where(predicted == 4, 9, np.where(predicted == 9, 4, predicted))
    better = better_order(label, swapped, 12)
    assert better is not None
    assert better.order.tolist() == [0, 1, 2, 3, 9, 5, 6, 7, 8, 4, 10, 11]


def test_labels_counted_from_one_are_found_though_a_class_has_no_label() -> None:
    label, predicted = answers(np.random.default_rng(4), 9, 400, 0.9)
    better = better_order(label + 1, predicted, 10)
    assert better is not None
    assert better.order[:9].tolist() == list(range(1, 10))


def test_a_usual_mistake_is_found_with_few_rows() -> None:
    label, predicted = answers(np.random.default_rng(5), 11, 60, 0.9)
    text = np.array(sorted(range(11), key=str))
    moved = np.argsort(text)[predicted]
    assert better_order(label, moved, 11) is None
    better = better_order(label, moved, 11, [text])
    assert better is not None
    assert better.order.tolist() == text.tolist()
