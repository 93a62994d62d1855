"""Samples of every kind as selection uses them: what makes them equal, and how unsure their model is."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.answers.uncertainty import prediction_uncertainty
from shoal.contracts.samples import Content, Embedding, Generation, Prediction, SampleEmbedded
from shoal_sampler.domain.campaigns.samples import Sample
from shoal_sampler.domain.models.probabilities import score_matrix
from shoal_sampler.domain.models.uncertainty import (
    entropy_uncertainty,
    least_confidence_uncertainty,
    margin_uncertainty,
)
from shoal_sampler.usecases.stream.arrivals import read_arrival

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CORNERS = {"left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5}
TURNS = ({"role": "user", "text": "Is wheat up?"},)


def sample_of(content: dict[str, Any] | None = None, prediction: dict[str, Any] | None = None) -> Sample:
    event = SampleEmbedded(
        project="reef",
        sample_id="s1",
        source="camera",
        source_id="1",
        content=Content(**(content or {"text": "a"})),
        embedding=Embedding(
            generation=Generation(name="own", version="1", dimension=2),
            vector=np.array([1, 0], "<f4").tobytes(),
        ),
        prediction=None if prediction is None else Prediction(model="reef", **prediction),
        occurred_at=NOON,
        embedded_at=NOON,
    )
    return read_arrival(event).sample


@pytest.mark.parametrize(
    "prediction",
    [
        {
            "boxes": [
                {"label": "rockfish", "score": 0.55, **CORNERS},
                {"label": "crab", "score": 0.99, **CORNERS},
            ]
        },
        {"spans": [{"label": "place", "start": 0, "end": 3, "score": 0.7}]},
        {"labels": ["wheat"], "scores": {"wheat": 0.9, "corn": 0.45}},
        {"candidate_scores": {"a": 0.7, "b": 0.1, "c": 0.65}},
        {"number": {"value": 3, "low": 2, "high": 5}},
    ],
)
def test_every_kind_of_prediction_has_the_uncertainty_that_files_have_too(prediction: dict[str, Any]) -> None:
    expected = prediction_uncertainty(Prediction(model="reef", **prediction))
    margin = margin_uncertainty(score_matrix([sample_of(prediction=prediction).scores]))
    assert expected is not None
    assert margin[0] == pytest.approx(expected, abs=1e-6)


@given(st.tuples(st.floats(0.5, 1), st.floats(0.5, 1)).filter(lambda pair: abs(pair[0] - pair[1]) > 1e-3))
def test_every_measure_takes_the_photo_with_the_less_sure_box(scores: tuple[float, float]) -> None:
    samples = [
        sample_of(prediction={"boxes": [{"label": "crab", "score": score, **CORNERS}]}) for score in scores
    ]
    matrix = score_matrix([sample.scores for sample in samples])
    for measure in (margin_uncertainty, entropy_uncertainty, least_confidence_uncertainty):
        unsure = measure(matrix)
        assert (unsure[0] > unsure[1]) == (scores[0] < scores[1])


@pytest.mark.parametrize("prediction", [None, {"text": "A reef."}, {"boxes": []}])
def test_a_prediction_that_shows_no_uncertainty_has_no_scores(prediction: dict[str, Any] | None) -> None:
    assert sample_of(prediction=prediction).scores == {}


def test_one_label_has_the_models_own_scores() -> None:
    prediction = {"label": "wheat", "scores": {"wheat": 0.6, "corn": 0.3}}
    assert sample_of(prediction=prediction).scores == prediction["scores"]


def test_conversations_and_candidates_are_duplicates_only_of_equal_ones() -> None:
    candidates = ({"id": "a", "text": "Up."}, {"id": "b", "text": "Down."})
    contents: list[dict[str, Any]] = [
        {"turns": TURNS},
        {"turns": (*TURNS, {"role": "assistant", "text": "Yes."})},
        {"turns": TURNS, "candidates": candidates},
        {"turns": TURNS, "candidates": candidates[::-1]},
        {"uri": "media:" + "0" * 64},
    ]
    assert len({sample_of(content).content_hash for content in contents}) == len(contents)
    assert sample_of(contents[2]).content_hash == sample_of(contents[2]).content_hash
