"""The answer for one instance, in the forms of V1, of Hugging Face's pipelines and of TorchServe."""

from collections.abc import Mapping
from typing import Any

from shoal_ingest.domain.kserve.scores import named_answer, number_answer, unnamed_answer
from shoal_ingest.domain.kserve.values import Answer, BadPayload, checked_label, checked_score, is_whole
from shoal_ingest.domain.kserve.wrapped import unwrapped_answer

LABELS = (
    "label",
    "class",
    "class_name",
    "category",
    "prediction",
    "predicted_label",
    "predicted_class",
    "predicted_class_name",
)
SCORE = ("score", "probability", "confidence", "prob")
SCORES = ("scores", "probabilities", "probs", "class_probabilities")
NAMES = ("labels", "all_classes", "class_names", "classes")
_NO_CLASS = frozenset((*SCORE, "value", "logit", "loss", "distance", "entropy", "uncertainty", "latency"))
FIX = "answer a label, or an object with label and score, or scores by label"
MOST_DEPTH = 4


def read_answer(
    item: Any, where: str, *, whole: bool = False, content_type: str = "", depth: int = 0
) -> Answer:
    """Return the answer that a prediction holds. Raises BadPayload.

    whole: all numbers of the response are whole, and thus labels.
    """
    if depth > MOST_DEPTH:
        raise BadPayload(f"{where} is nested too deeply: {FIX}")
    item = unwrapped_answer(item, content_type, where)
    if isinstance(item, str | bool):
        return Answer(checked_label(item, where))
    if isinstance(item, int | float):
        return number_answer(item, where, whole=whole or isinstance(item, int))
    if isinstance(item, Mapping):
        return _object_answer(item, where)
    if isinstance(item, list):
        return _list_answer(item, where, whole, depth)
    raise BadPayload(f"{where} is null: {FIX}")


def is_entry(item: Any) -> bool:
    """Return whether an item is a label with its score, as Hugging Face's pipelines write it."""
    return isinstance(item, Mapping) and "label" in item and "score" in item


def ranked_answer(items: list[Any], where: str) -> Answer:
    """Return the answer of several labels with their scores. Raises BadPayload."""
    labels = [item["label"] for item in items]
    return named_answer(labels, [item["score"] for item in items], where)


def _list_answer(item: list[Any], where: str, whole: bool, depth: int) -> Answer:
    if len(item) == 1:
        return read_answer(item[0], f"{where}[0]", whole=whole, depth=depth + 1)
    if item and all(map(is_entry, item)):
        return ranked_answer(item, where)
    if item and all(isinstance(value, int | float) and not isinstance(value, bool) for value in item):
        return unnamed_answer(item, where)
    raise BadPayload(f"{where} is a list of {len(item)} values that are no scores: {FIX}")


def _object_answer(item: Mapping[str, Any], where: str) -> Answer:
    label = _object_label(item, where)
    scores, field = _first_of(item, SCORES)
    names = _first_of(item, NAMES)[0]
    if scores is not None:
        return _labelled_answer(label, _object_scores(scores, names, label, f"{where}.{field}"))
    score, field = _first_of(item, SCORE)
    if label is not None:
        return Answer(label, {} if score is None else {label: checked_score(score, f"{where}.{field}")})
    if item and _are_scores(item):
        return named_answer(list(item), list(item.values()), where)
    keys = ", ".join(repr(str(key)[:40]) for key in list(item)[:8]) or "no field"
    raise BadPayload(f"{where} has {keys}: {FIX}")


def _object_label(item: Mapping[str, Any], where: str) -> str | None:
    """Return the label of an object; None without one. Raises BadPayload if two of its fields differ."""
    fields = [(name, item[name]) for name in LABELS if item.get(name) is not None]
    if not fields and _first_of(item, SCORES)[0] is None:
        fields = [(name, item[name]) for name in ("labels", "classes") if isinstance(item.get(name), list)]
    elif not fields and isinstance(item.get("classes"), list) and len(item["classes"]) == 1:
        fields = [("classes", item["classes"])]  # TensorFlow's estimators
    labels = {
        checked_label(_single_answer(value, f"{where}.{name}"), f"{where}.{name}"): name
        for name, value in fields
    }
    names = [label for label in labels if not label.lstrip("-").isdigit()] or list(labels)
    if len(names) > 1:
        raise BadPayload(f"{where} has two labels, {names[0][:40]!r} and {names[1][:40]!r}: answer one")
    return names[0] if names else None


def _single_answer(value: Any, where: str) -> Any:
    """Return the only element of a list, or a value as it is."""
    if not isinstance(value, list):
        if isinstance(value, float) and not is_whole(value):
            raise BadPayload(f"{where} is no class: {FIX}")
        return value
    if len(value) != 1:
        raise BadPayload(f"{where} has {len(value)} labels: answer one, or scores by label")
    return value[0]


def _object_scores(scores: Any, names: Any, label: str | None, where: str) -> Answer:
    if isinstance(scores, Mapping):
        return named_answer(list(scores), list(scores.values()), where)
    if not isinstance(scores, list):
        raise BadPayload(f"{where} is neither an object nor a list: {FIX}")
    if isinstance(names, list) and (len(names) > 1 or len(scores) == 1):
        return named_answer(names, scores, where)
    if label is not None and not label.isdigit():
        return Answer(label)  # the scores' names are not known
    if len(scores) == 1:
        return number_answer(scores[0], f"{where}[0]", whole=False)
    return unnamed_answer(scores, where)


def _labelled_answer(label: str | None, answer: Answer) -> Answer:
    if label is None:
        return answer
    # Classes that are numbered otherwise than the columns: the label holds, the scores' names are not known.
    numbered = label.isdigit() and label not in answer.scores
    return Answer(label, {} if numbered else answer.scores)


def _are_scores(item: Mapping[str, Any]) -> bool:
    """Return whether an object holds one score for each label.

    KServe's and TorchServe's do: chances between 0 and 1, or logits by the classes' indexes. A field with the
    name of a measure is not a label.
    """
    values = list(item.values())
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return False
    if any(str(name).lower() in _NO_CLASS for name in item):
        return False
    indexes = sorted(map(str, item), key=lambda name: (len(name), name))
    by_index = indexes == [str(index) for index in range(len(indexes))] and len(indexes) > 1
    return by_index or all(0 <= value <= 1 for value in values)


def _first_of(item: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, str]:
    return next(((item[name], name) for name in names if item.get(name) is not None), (None, ""))
