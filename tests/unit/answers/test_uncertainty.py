"""The uncertainty of predictions follows their least sure part."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.answers import prediction_uncertainty
from shoal.contracts.samples import Prediction

CORNERS = {"label": "a", "left": 0.1, "top": 0.1, "right": 0.2, "bottom": 0.2}


def unsure(**fields: Any) -> float | None:
    return prediction_uncertainty(Prediction(model="m", **fields))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"scores": {"a": 0.7, "b": 0.2, "c": 0.1}}, 0.5),
        ({"boxes": [{**CORNERS, "score": 0.9}, {**CORNERS, "score": 0.6}]}, 0.8),
        ({"boxes": [{**CORNERS, "score": 0.9, "scores": {"a": 0.5, "b": 0.45}}]}, 0.95),
        ({"spans": [{"label": "a", "start": 0, "end": 2, "score": 0.5}]}, 1.0),
        ({"labels": ["a"], "scores": {"a": 0.9, "b": 0.4}}, 0.8),
        ({"candidate_scores": {"a": 1.0, "b": 1.0, "c": 9.0}}, 1.0),
        ({"number": {"value": 2, "low": 1, "high": 4}}, 0.75),
        ({"text": "a translation"}, None),
        ({"boxes": []}, None),
        ({"label": "a"}, None),
        ({"number": {"value": 2}}, None),
    ],
    ids=repr,
)
def test_the_least_sure_part_decides(fields: dict[str, Any], expected: float | None) -> None:
    assert unsure(**fields) == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=6), st.floats(0, 5))
def test_candidates_that_are_further_apart_are_surer(scores: list[float], stretch: float) -> None:
    close = unsure(candidate_scores={str(index): score for index, score in enumerate(scores)})
    far = unsure(candidate_scores={str(index): score * (1 + stretch) for index, score in enumerate(scores)})
    assert close is not None
    assert far is not None
    assert 0 <= far <= close <= 1
