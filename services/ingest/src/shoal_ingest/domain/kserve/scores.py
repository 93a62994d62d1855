"""From scores to an answer. A label is derived only where one label is certainly meant."""

from collections.abc import Mapping, Sequence
from typing import Any

from shoal_ingest.domain.kserve.values import (
    Answer,
    BadPayload,
    checked_label,
    checked_score,
    is_whole,
)

ROUNDING = 0.02
"""Probabilities add up to 1 with this error: servers round to four digits, or compute in 16 bits."""

NUMBERS = "answer a label, or probabilities that add up to 1"


def named_answer(names: Sequence[Any], values: Sequence[Any], where: str) -> Answer:
    """Return the answer of scores with names. Raises BadPayload."""
    if len(names) != len(values) or not names:
        raise BadPayload(f"{where} has {len(values)} scores for {len(names)} labels: answer one for each")
    labels = [checked_label(name, f"{where}: a label") for name in names]
    if len(set(labels)) < len(labels):
        raise BadPayload(f"{where} names a label twice: answer each label once")
    scores = {
        label: checked_score(value, f"{where}[{label!r}]")
        for label, value in zip(labels, values, strict=True)
    }
    return Answer(top_label(scores), scores)


def top_label(scores: Mapping[str, float]) -> str | None:
    """Return the label that the scores certainly name: the highest of a distribution, or of logits.

    Return None if two labels share the highest score. Chances that do not add up to 1 are a part of a
    distribution, or independent of each other; both name a label only if it is the only one above one half.
    """
    values = scores.values()
    highest = max(values)
    best = [label for label, value in scores.items() if value == highest]
    if len(best) > 1:
        return None
    chances = all(0 <= value <= 1 for value in values)
    if chances and not is_distribution(list(values)):
        return best[0] if [value > 0.5 for value in values].count(True) == 1 else None
    return best[0]


def unnamed_answer(values: Sequence[Any], where: str, *, logits: bool = False) -> Answer:
    """Return the answer of one score per class, in the order of the classes' indexes. Raises BadPayload.

    Other rows of numbers, such as a vector or values of several targets, look the same. Therefore the scores
    must add up to 1, unless the server says that they are logits.
    """
    if all(isinstance(value, int) for value in values):
        raise BadPayload(f"{where} is a list of integers: {NUMBERS}")
    scores = {str(index): checked_score(value, f"{where}[{index}]") for index, value in enumerate(values)}
    if not logits and not is_distribution(list(scores.values())):
        raise BadPayload(f"{where} holds {len(scores)} numbers that are no probabilities: {NUMBERS}")
    return Answer(top_label(scores), scores)


def is_distribution(scores: Sequence[float]) -> bool:
    """Return whether scores are probabilities that add up to 1."""
    return all(0 <= score <= 1 for score in scores) and abs(sum(scores) - 1) <= ROUNDING


def number_answer(value: Any, where: str, *, whole: bool) -> Answer:
    """Return the answer of a single number. whole: all numbers of the response are whole, and thus labels.

    Otherwise the number is the chance of class 1, as a sigmoid gives it. The threshold between the classes is
    the server's, so the answer has scores and no label. Raises BadPayload for any other number.
    """
    if whole:
        return Answer(checked_label(value, where))
    chance = checked_score(value, where)
    if not 0 <= chance <= 1:
        raise BadPayload(f"{where} is {chance:g}, neither a class nor a chance: {NUMBERS}")
    return Answer(None, {"0": round(1 - chance, 12), "1": chance})


def are_whole(values: Sequence[Any]) -> bool:
    """Return whether every number stands for a class. A boolean does."""
    return all(isinstance(value, bool) or is_whole(value) for value in values)
