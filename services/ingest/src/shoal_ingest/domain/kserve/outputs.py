"""The answers in tensors (V2): labels, scores, or both."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shoal_ingest.domain.kserve.answers import read_answer
from shoal_ingest.domain.kserve.fields import is_key
from shoal_ingest.domain.kserve.requests import Request
from shoal_ingest.domain.kserve.scores import (
    are_whole,
    is_distribution,
    named_answer,
    number_answer,
    unnamed_answer,
)
from shoal_ingest.domain.kserve.tensors import Tensor
from shoal_ingest.domain.kserve.values import (
    Answer,
    BadPayload,
    checked_label,
    checked_score,
    isolated_errors,
)

LABEL_NAMES = re.compile(r"label|class|categor|predict(?!.*prob)|^outputs?([-_]?\d+)?$")
SCORE_NAMES = re.compile(r"score|prob|confidence|logit")
LABEL_SCORE = re.compile(r"score|confidence")
NO_LABEL = re.compile(r"text|version|model|expla|reason|token|message|status|embedding|input")
_RANKED = re.compile(r"(?P<score>[^:]+):(?P<index>\d+)(:(?P<label>.+))?", re.DOTALL)
_FIX = "answer one tensor label, one tensor with scores, or both"

Answers = list[Answer | BadPayload]


def output_answers(tensors: list[Tensor], request: Request) -> Answers:
    """Return the answers of a response's tensors. Raises BadPayload."""
    if not tensors:
        raise BadPayload(f"outputs is empty: {_FIX}")
    if len(tensors) > 1 and tensors[0].name and len({tensor.name for tensor in tensors}) == 1:
        # TorchServe answers each instance in a tensor with the same name.
        request.check_count(len(tensors))
        single = [replace(tensor, shape=(1, *tensor.shape)) for tensor in tensors]
        one = Request(request.texts[:1], request.ranked)
        return [answer for tensor in single for answer in output_answers([tensor], one)]
    labels = _label_tensor(tensors)
    if labels is not None:
        request.check_count(len(labels.rows()))
    scores = _score_tensor([tensor for tensor in tensors if tensor is not labels], labels)
    if labels is None:
        if scores is None:
            raise BadPayload(f"outputs has no tensor of labels or scores: {_FIX}")
        return _score_answers(scores, request)
    if request.ranked and labels.is_text:
        return [isolated_errors(_ranked_answer, row, labels.where) for row in labels.rows()]
    return _label_answers(labels) if scores is None else _scored_answers(labels, scores)


def _label_tensor(tensors: list[Tensor]) -> Tensor | None:
    """Return the tensor with labels; None if there are only scores. Raises BadPayload if it is not clear."""
    candidates = [tensor for tensor in tensors if _may_be_label(tensor, alone=len(tensors) == 1)]
    if len(candidates) > 1:
        candidates = [tensor for tensor in candidates if LABEL_NAMES.search(tensor.name.lower())]
        # Of a class's name and its index, the name is the label.
        candidates = [tensor for tensor in candidates if tensor.is_text] or candidates
        if len(candidates) != 1:
            names = ", ".join(repr(tensor.name[:40]) for tensor in tensors[:8])
            raise BadPayload(f"outputs has {names}, and which of them is the label is not clear: {_FIX}")
    return candidates[0] if candidates else None


def _may_be_label(tensor: Tensor, *, alone: bool) -> bool:
    if NO_LABEL.search(tensor.name.lower()) or is_key(tensor.name):
        return False
    return (not alone and _are_classes(tensor)) if tensor.is_float else True


def _are_classes(tensor: Tensor) -> bool:
    """Return whether a tensor of floats holds one class for each instance."""
    named = LABEL_NAMES.search(tensor.name.lower()) and not SCORE_NAMES.search(tensor.name.lower())
    return bool(named) and all(len(row) == 1 for row in tensor.rows()) and _are_whole_numbers(tensor.values)


def _are_whole_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values) and are_whole(values)


def _score_tensor(tensors: list[Tensor], labels: Tensor | None) -> Tensor | None:
    """Return the tensor with scores; None without one. Raises BadPayload if it is not clear."""
    scores = [tensor for tensor in tensors if tensor.is_float]
    if len(scores) > 1:
        scores = [tensor for tensor in scores if SCORE_NAMES.search(tensor.name.lower())]
        if len(scores) != 1 and labels is None:
            names = ", ".join(repr(tensor.name[:40]) for tensor in tensors[:8])
            raise BadPayload(f"outputs has {names}, and which of them has the scores is not clear: {_FIX}")
    return scores[0] if len(scores) == 1 else None


def _label_answers(labels: Tensor) -> Answers:
    answers: Answers = []
    for index, row in enumerate(labels.rows()):
        where = f"{labels.where} row {index}"
        if len(row) == 1:
            answers.append(isolated_errors(_text_or_class, row[0], where, labels))
        else:
            answers.append(BadPayload(f"{where} has {len(row)} labels: answer one for each instance"))
    return answers


def _text_or_class(value: Any, where: str, labels: Tensor) -> Answer:
    if labels.is_text:
        return read_answer(value, where, content_type=labels.content_type, whole=True)
    if not isinstance(value, bool | int | float):
        raise BadPayload(f"{where} is no {labels.datatype}: answer a class")
    if labels.datatype == "BOOL" and not isinstance(value, bool):
        value = bool(value)
    return Answer(checked_label(value, where))


def _score_answers(scores: Tensor, request: Request) -> Answers:
    rows = scores.rows()
    names = scores.parameters.get("labels")
    if len(rows) > 1 == len(request.texts) and all(len(row) == 1 for row in rows):
        values = [row[0] for row in rows]
        if isinstance(names, list) or _is_distribution_row(values):
            rows = [values]  # a server without a batch dimension
    request.check_count(len(rows))
    whole = all(len(row) == 1 for row in rows) and _are_whole_numbers(scores.values)
    logits = "logit" in scores.name.lower()
    return [
        isolated_errors(
            _row_answer, row, f"{scores.where} row {index}", names=names, whole=whole, logits=logits
        )
        for index, row in enumerate(rows)
    ]


def _row_answer(row: list[Any], where: str, *, names: Any, whole: bool, logits: bool) -> Answer:
    if isinstance(names, list):
        return named_answer(names, row, where)
    if len(row) == 1:
        return number_answer(row[0], where, whole=whole)
    if not row:
        raise BadPayload(f"{where} is empty: {_FIX}")
    return unnamed_answer([float(checked_score(value, where)) for value in row], where, logits=logits)


def _is_distribution_row(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values) and is_distribution(values)


def _scored_answers(labels: Tensor, scores: Tensor) -> Answers:
    """Return labels with their scores. Scores whose names are not known are left out."""
    rows, scored = labels.rows(), scores.rows()
    if len(rows) != len(scored):
        raise BadPayload(f"outputs has {len(rows)} labels and {len(scored)} rows of scores: answer as many")
    if rows and len(rows[0]) > 1:
        return [
            isolated_errors(named_answer, row, values, f"{labels.where} row {index}")
            for index, (row, values) in enumerate(zip(rows, scored, strict=True))
        ]
    answers = _label_answers(labels)
    by_index = all(map(_do_agree, answers, scored))
    return [
        isolated_errors(_with_scores, answer, values, scores, by_index=by_index)
        for answer, values in zip(answers, scored, strict=True)
    ]


def _do_agree(answer: Answer | BadPayload, values: list[Any]) -> bool:
    """Return whether the label is the index of the highest score."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if isinstance(answer, BadPayload) or len(numbers) < 2:
        return False
    return answer.label == str(numbers.index(max(numbers)))


def _with_scores(answer: Answer | BadPayload, values: list[Any], scores: Tensor, *, by_index: bool) -> Answer:
    names = scores.parameters.get("labels")
    if isinstance(answer, BadPayload):
        raise answer
    if isinstance(names, list):
        return Answer(answer.label, named_answer(names, values, scores.where).scores)
    if len(values) > 1 and by_index:
        named = {str(i): checked_score(value, f"{scores.where}[{i}]") for i, value in enumerate(values)}
        return Answer(answer.label, named)
    numbered = answer.label is not None and answer.label.lstrip("-").isdigit()
    of_label = SCORE_NAMES if not numbered else LABEL_SCORE
    if len(values) == 1 and answer.label is not None and of_label.search(scores.name.lower()):
        return Answer(answer.label, {answer.label: checked_score(values[0], scores.where)})
    return answer


def _ranked_answer(row: list[Any], where: str) -> Answer:
    """Return the answer of Triton's classification extension: score:index or score:index:label."""
    labels, scores = [], []
    for value in row:
        match = _RANKED.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise BadPayload(
                f"{where} is not score:index:label, although the request asks for classification"
            )
        labels.append(match["label"] or match["index"])
        scores.append(_number_of(match["score"], where))
    return named_answer(labels, scores, where)


def _number_of(text: str, where: str) -> float:
    try:
        return checked_score(float(text), where)
    except ValueError:
        raise BadPayload(f"{where}: {text[:40]!r} is not a number") from None
