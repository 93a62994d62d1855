"""The answers of a response, one for each instance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoal_ingest.domain.kserve.answers import is_entry, ranked_answer, read_answer
from shoal_ingest.domain.kserve.outputs import output_answers
from shoal_ingest.domain.kserve.requests import Request
from shoal_ingest.domain.kserve.scores import are_whole
from shoal_ingest.domain.kserve.tensors import read_tensors
from shoal_ingest.domain.kserve.values import Answer, BadPayload, checked_label, isolated_errors


@dataclass(frozen=True, slots=True)
class Response:
    """A response: an answer for every instance or why it has none, and the model's name and version."""

    answers: list[Answer | BadPayload]
    model: str | None = None
    version: str = ""


def read_response(payload: Any, request: Request) -> Response:
    """Return the answers to a request. Raises BadPayload."""
    if not isinstance(payload, Mapping):
        raise BadPayload("the response is not an object: answer predictions (V1) or outputs (V2)")
    predictions, outputs = payload.get("predictions"), payload.get("outputs")
    if isinstance(predictions, list):
        answers = _predicted_answers(predictions, request)
    elif isinstance(outputs, list):
        answers = output_answers(read_tensors(outputs, "outputs"), request)
    elif "error" in payload:
        raise BadPayload(f"the response is an error: {str(payload['error'])[:200]!r}; send the request again")
    else:
        raise BadPayload(
            "the response has neither a list predictions (V1) nor a list outputs (V2): answer one"
        )
    request.check_count(len(answers))
    return Response(
        answers, _name_of(payload.get("model_name")), _name_of(payload.get("model_version")) or ""
    )


def _predicted_answers(predictions: list[Any], request: Request) -> list[Answer | BadPayload]:
    if len(request.texts) == 1 < len(predictions) and all(map(is_entry, predictions)):
        # A pipeline with top_k answers a single text without a list around its labels.
        answer = ranked_answer(predictions, "predictions")
        if answer.label is not None:
            return [answer]
    request.check_count(len(predictions))
    scalars = [item[0] if isinstance(item, list) and len(item) == 1 else item for item in predictions]
    numbers = [value for value in scalars if isinstance(value, float)]
    whole = are_whole(numbers)
    return [
        isolated_errors(read_answer, item, f"predictions[{index}]", whole=whole)
        for index, item in enumerate(predictions)
    ]


def _name_of(value: Any) -> str | None:
    """Return a model's name or version; None if it is none that can be stored."""
    try:
        return checked_label(value, "model_name")
    except BadPayload:
        return None
