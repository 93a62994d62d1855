"""Scores as models really send them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_sampler.domain.models.probabilities import class_probabilities, score_matrix
from shoal_sampler.domain.models.uncertainty import (
    entropy_uncertainty,
    least_confidence_uncertainty,
    margin_uncertainty,
)

MEASURES = [margin_uncertainty, entropy_uncertainty, least_confidence_uncertainty]
NAN = float("nan")


@pytest.mark.parametrize(
    ("row", "named", "rest"),
    [
        ([0.7, 0.2, 0.1], [0.7, 0.2, 0.1], 0.0),
        ([0.7, NAN, NAN], [0.7, 0, 0], 0.3),
        ([0.5, 0.4996, NAN], [0.5, 0.4996, 0], 0.0),  # rounding, not a further class
        ([70, 20, 10], [0.7, 0.2, 0.1], 0.0),
        ([0.9, 0.9, NAN], [0.5, 0.5, 0], 0.0),
        ([0.0, -np.log(3), NAN], [0.75, 0.25, 0], 0.0),
        ([np.inf, 0.4, NAN], [0, 0.4, 0], 0.6),
        ([0.0, 0.0, 0.0], [0, 0, 0], 1.0),
    ],
)
def test_scores_are_read_as_the_table_says(row: list[float], named: list[float], rest: float) -> None:
    p, left = class_probabilities(np.array([row], np.float32))
    assert p[0] == pytest.approx(named, abs=1e-6)
    assert left[0] == pytest.approx(rest, abs=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_row_without_scores_has_no_uncertainty(measure: object) -> None:
    scores = np.array([[NAN, NAN], [0.6, 0.4]], np.float32)
    result = measure(scores)  # type: ignore[operator]
    assert np.isnan(result[0])
    assert np.isfinite(result[1])
    assert np.isnan(measure(np.empty((2, 0), np.float32))).all()  # type: ignore[operator]


def test_the_measures_by_hand() -> None:
    scores = np.array([[0.6, 0.3, 0.1]], np.float32)
    assert margin_uncertainty(scores)[0] == pytest.approx(0.7)
    assert least_confidence_uncertainty(scores)[0] == pytest.approx(0.4)
    by_hand = -(0.6 * np.log(0.6) + 0.3 * np.log(0.3) + 0.1 * np.log(0.1))
    assert entropy_uncertainty(scores)[0] == pytest.approx(by_hand, rel=1e-5)


def test_one_named_class_is_compared_with_the_rest() -> None:
    scores = np.array([[0.7, NAN], [0.2, NAN]], np.float32)
    assert margin_uncertainty(scores) == pytest.approx([0.6, 1.0])


def test_the_matrix_has_one_column_per_class_and_gaps_where_a_model_was_silent() -> None:
    matrix = score_matrix([{"b": 0.4, "a": 0.6}, {}, {"c": 1.0}])
    assert matrix == pytest.approx(
        np.array([[0.6, 0.4, NAN], [NAN, NAN, NAN], [NAN, NAN, 1.0]], np.float32), nan_ok=True
    )


floats = st.floats(-1e6, 1e6, width=32) | st.just(NAN)


@given(st.lists(st.lists(floats, min_size=3, max_size=3), min_size=1, max_size=8))
def test_probabilities_are_probabilities_whatever_the_model_sends(rows: list[list[float]]) -> None:
    scores = np.array(rows, np.float32)
    p, rest = class_probabilities(scores)
    opinion = np.isfinite(scores).any(axis=1)
    assert (p[opinion] >= 0).all()
    assert (rest[opinion] >= 0).all()
    total = p[opinion].sum(axis=1) + rest[opinion]
    assert total == pytest.approx(np.ones(len(total)), abs=2e-3)
    uncertainty = margin_uncertainty(scores)[opinion]
    assert ((uncertainty >= -1e-6) & (uncertainty <= 1 + 1e-6)).all()


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_a_change_of_unit_changes_nothing(weights: list[float]) -> None:
    row = np.array([weights], np.float32) / sum(weights) * 1.5  # unnormalised
    for measure in MEASURES:
        assert measure(row)[0] == pytest.approx(float(measure(row * 100)[0]), abs=1e-4)


def test_classes_that_few_rows_name_are_left_out_when_there_are_too_many() -> None:
    rows = [{"fish": 0.5, f"invented-{number}": 0.4} for number in range(4)]
    assert score_matrix(rows).shape == (4, 5)
    limited = score_matrix(rows, most_cells=8)
    assert limited.shape == (4, 2)
    assert limited[:, 0].tolist() == [0.5] * 4
