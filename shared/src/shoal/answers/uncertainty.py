"""The uncertainty of a prediction of any kind, from 0 (sure) to 1."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import tanh

from shoal.contracts.samples import PredictedNumber, Prediction


def prediction_uncertainty(prediction: Prediction) -> float | None:
    """Return how unsure a model is; None if the prediction does not show it, as a free text does not.

    Boxes, polygons and spans: 1 minus the margin of the least sure one. Several labels: of the class that is
    nearest to 1/2. Candidates: of the closest pair of scores, as Bradley and Terry's model reads them, whose
    margin is tanh(difference / 2). A number: its interval's width w as w / (1 + w), which keeps the order.
    One label: 1 minus the margin of the two largest scores.
    """
    if prediction.boxes is not None:
        return _most_unsure([shape_uncertainty(box.score, box.scores) for box in prediction.boxes])
    if prediction.polygons is not None:
        return _most_unsure([shape_uncertainty(shape.score, shape.scores) for shape in prediction.polygons])
    if prediction.spans is not None:
        return _most_unsure([shape_uncertainty(span.score, {}) for span in prediction.spans])
    if prediction.candidate_scores is not None:
        return _closest_pair(list(prediction.candidate_scores.values()))
    if prediction.number is not None:
        return _interval_uncertainty(prediction.number)
    if prediction.labels is not None:
        return _most_unsure([1 - abs(2 * _clipped_score(score) - 1) for score in prediction.scores.values()])
    return _margin_uncertainty(prediction.scores) if len(prediction.scores) > 1 else None


def shape_uncertainty(score: float | None, scores: Mapping[str, float]) -> float | None:
    """Return the uncertainty of one shape: by the scores of its classes, or else by its own score."""
    if len(scores) > 1:
        return _margin_uncertainty(scores)
    return None if score is None else 1 - abs(2 * score - 1)


def _margin_uncertainty(scores: Mapping[str, float]) -> float:
    second, first = sorted(map(_clipped_score, scores.values()))[-2:]
    return 1 - (first - second)


def _closest_pair(scores: Sequence[float]) -> float | None:
    gaps = [after - before for before, after in pairwise(sorted(scores))]
    return 1 - tanh(min(gaps) / 2) if gaps else None


def _interval_uncertainty(number: PredictedNumber) -> float | None:
    if number.low is None or number.high is None:
        return None
    width = max(0.0, number.high - number.low)
    return width / (1 + width)


def _most_unsure(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return max(present, default=None)


def _clipped_score(score: float) -> float:
    return min(1.0, max(0.0, score))
