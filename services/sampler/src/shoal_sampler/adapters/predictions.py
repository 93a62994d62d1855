"""A model's predictions of any kind from JSON lines, as the scores by which selection judges them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shoal.contracts.samples import Prediction
from shoal.files.errors import BadContent, readable_file
from shoal.files.forms.json_values import KEEP_ONE, RepeatedField, parse_json
from shoal.files.options import ReadOptions
from shoal.files.texts import open_text
from shoal.inputs import field_of, message_of
from shoal_sampler.usecases.scores import has_objects, prediction_scores

_MODEL = "file"  # stands for the model of predictions that name none


@dataclass(frozen=True, slots=True)
class PredictedRows:
    """scores: of each row's prediction, empty if it shows no uncertainty. are_classes: whether the scores are
    those of classes, because every prediction is of one label."""

    scores: Sequence[Mapping[str, float]]
    are_classes: bool


def read_predictions(file: Path, options: ReadOptions) -> PredictedRows:
    """Return the scores of each line's prediction. Raises BadInput with the line and the field.

    A line is a prediction, or an inference that holds one in `prediction`; null stands for a row without one.
    """
    with readable_file("predictions", file), open_text(file, options) as lines:
        predictions = list(_parsed_lines(lines))
    return PredictedRows(
        [prediction_scores(prediction) for prediction in predictions],
        not any(prediction is not None and has_objects(prediction) for prediction in predictions),
    )


def _parsed_lines(lines: Iterable[str]) -> Iterator[Prediction | None]:
    for number, line in enumerate(lines, start=1):
        try:
            prediction = _parse_prediction(parse_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            fault = f"{field_of(first['loc'])}: {message_of(first)}"
            raise BadContent(f", line {number}: {fault}") from None
        except RepeatedField as error:
            fault = f"has the field {error.name!r} a second time in one object"
            raise BadContent(f", line {number} {fault}: {KEEP_ONE}") from None
        except ValueError:
            fix = "give one prediction a line, null for a row without one"
            raise BadContent(f", line {number} is no JSON object: {fix}") from None
        _check_interval(prediction, number)
        yield prediction


def _parse_prediction(value: Any) -> Prediction | None:
    """Raises ValueError for what is no object."""
    if isinstance(value, dict) and "prediction" in value:
        value = value["prediction"]
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("no object")
    return Prediction.model_validate({"model": _MODEL, **value})


def _check_interval(prediction: Prediction | None, line: int) -> None:
    number = None if prediction is None else prediction.number
    if number is None or number.low is None or number.high is None or number.low <= number.high:
        return
    fault = f"number.low: {number.low:g} is more than number.high, {number.high:g}"
    raise BadContent(f", line {line}: {fault}")
