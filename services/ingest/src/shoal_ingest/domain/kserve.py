"""Read texts and predictions from payloads of KServe's V1 protocol and the Open Inference Protocol (V2).

Sources: https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol and
https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TEXT_FIELDS = ("text", "input", "data", "document", "content")


class BadPayload(ValueError):
    """A payload without samples; the text names the field and its expected content."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The model's answer for one instance."""

    label: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """A response: one answer per instance, and the model's name and version."""

    answers: Sequence[Answer]
    model: str | None = None
    version: str = ""


def request_texts(payload: Any) -> list[str]:
    """Return the texts of a request. Raises BadPayload."""
    if not isinstance(payload, Mapping):
        raise BadPayload("the request is not an object with instances (V1) or inputs (V2)")
    if isinstance(instances := payload.get("instances"), list):
        return [_instance_text(item, f"instances[{index}]") for index, item in enumerate(instances)]
    if isinstance(inputs := payload.get("inputs"), list):
        return _v2_texts(inputs)
    raise BadPayload("the request has neither a list instances (V1) nor a list inputs (V2)")


def response_answers(payload: Any) -> Answers:
    """Return the predictions of a response. Raises BadPayload."""
    if not isinstance(payload, Mapping):
        raise BadPayload("the response is not an object with predictions (V1) or outputs (V2)")
    name, version = payload.get("model_name"), payload.get("model_version")
    model, version = (str(name) if name else None), str(version or "")
    if isinstance(predictions := payload.get("predictions"), list):
        predicted = [
            _instance_answer(item, f"predictions[{index}]") for index, item in enumerate(predictions)
        ]
        return Answers(predicted, model, version)
    if isinstance(outputs := payload.get("outputs"), list):
        return Answers(_v2_answers(outputs), model, version)
    raise BadPayload("the response has neither a list predictions (V1) nor a list outputs (V2)")


def _instance_text(item: Any, where: str) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, Mapping):
        for name in TEXT_FIELDS:
            if isinstance(item.get(name), str):
                return str(item[name])
    raise BadPayload(f"{where} is neither a text nor an object with one of {', '.join(TEXT_FIELDS)}")


def _v2_texts(inputs: list[Any]) -> list[str]:
    for index, tensor in enumerate(inputs):
        if isinstance(tensor, Mapping) and tensor.get("datatype") == "BYTES":
            values = _flat_values(tensor.get("data"))
            if not all(isinstance(value, str) for value in values):
                raise BadPayload(f"inputs[{index}].data holds entries that are not texts")
            return values
    raise BadPayload("inputs has no tensor with datatype BYTES, which is how V2 carries text")


def _instance_answer(item: Any, where: str) -> Answer:
    if isinstance(item, str):
        return Answer(item)
    if isinstance(item, bool | int):
        return Answer(str(item))
    if isinstance(item, list):
        return _scored_answer([str(index) for index in range(len(item))], item, where)
    if isinstance(item, Mapping):
        return _object_answer(item, where)
    raise BadPayload(f"{where} is neither a label, a list of scores, nor an object")


def _object_answer(item: Mapping[str, Any], where: str) -> Answer:
    label, scores = item.get("label"), item.get("scores", item.get("probabilities"))
    if isinstance(scores, Mapping):
        answer = _scored_answer(list(map(str, scores)), list(scores.values()), f"{where}.scores")
    elif isinstance(scores, list) and isinstance(item.get("labels"), list):
        answer = _scored_answer(list(map(str, item["labels"])), scores, f"{where}.scores")
    elif label is not None:
        score = item.get("score")
        scored = {str(label): float(score)} if isinstance(score, int | float) else {}
        return Answer(str(label), scored)
    else:
        raise BadPayload(f"{where} has neither label nor scores")
    return answer if label is None else Answer(str(label), answer.scores)


def _scored_answer(labels: list[str], scores: list[Any], where: str) -> Answer:
    if len(labels) != len(scores) or not labels:
        raise BadPayload(f"{where} has {len(scores)} scores for {len(labels)} labels")
    if not all(isinstance(score, int | float) for score in scores):
        raise BadPayload(f"{where} holds a score that is not a number")
    named = dict(zip(labels, map(float, scores), strict=True))
    return Answer(max(named, key=lambda label: named[label]), named)


def _v2_answers(outputs: list[Any]) -> list[Answer]:
    tensors = [tensor for tensor in outputs if isinstance(tensor, Mapping)]
    for tensor in tensors:
        if str(tensor.get("datatype", "")).startswith("FP"):
            return _v2_scores(tensor)
    for tensor in tensors:
        if tensor.get("datatype") == "BYTES":
            return [Answer(str(value)) for value in _flat_values(tensor.get("data"))]
    raise BadPayload("outputs has neither scores (datatype FP32) nor labels (datatype BYTES)")


def _v2_scores(tensor: Mapping[str, Any]) -> list[Answer]:
    shape, values = tensor.get("shape"), _flat_values(tensor.get("data"))
    width = int(shape[-1]) if isinstance(shape, list) and shape else len(values)
    if width < 1 or len(values) % width:
        raise BadPayload(f"outputs: {len(values)} scores do not fill rows of shape {shape}")
    parameters = tensor.get("parameters")
    names = parameters.get("labels") if isinstance(parameters, Mapping) else None
    labels = [str(name) for name in names] if isinstance(names, list) else [str(n) for n in range(width)]
    rows = [values[start : start + width] for start in range(0, len(values), width)]
    return [_scored_answer(labels, row, f"outputs row {index}") for index, row in enumerate(rows)]


def _flat_values(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise BadPayload("a tensor has no list data")
    flat: list[Any] = []
    for value in data:
        if isinstance(value, list):
            flat += _flat_values(value)
        else:
            flat.append(value)
    return flat
