"""Predictions of a file: answers in the forms of votes, with a score of each object or class.

    boxes    [[left, top, right, bottom, "class", 0.93], ...]
    polygons [[[x, y], [x, y], [x, y], "class", 0.93], ...]
    spans    [[start, end, "class", 0.93], ...]
    multi    {"cod": 0.93, "tuna": 0.2}

Without scores, objects and classes count as equally sure.
"""

from collections.abc import Sequence
from json import dumps
from typing import Any

from shoal.files.forms.json_values import KEEP_ONE, RepeatedField, parse_json
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from shoal_qa.usecases.files.texts.class_sets import is_broken_set, set_separator, split_set
from shoal_qa.usecases.files.texts.written import UnreadableAnswer, Where, shown_text

UNSCORED = 0.9  # of objects and classes without a score: how often they are right is estimated anyway
SCORED_SETS = 'write it as {"cod": 0.9, "eel": 0.2}, or as a list of names'
_BEFORE_CLASS = {"boxes": 4, "spans": 2}


def split_scores(shape: str, texts: Sequence[str], where: Where) -> tuple[list[str], list[list[float]]]:
    """Return each answer without its scores, and its scores in the order of its objects or sorted classes.

    Raises BadInput for scores outside of 0 to 1.
    """
    if shape == "multi":
        return _split_sets(texts, where)
    if shape in OBJECT_KINDS:
        pairs = [_split_regions(shape, text, where(at)) for at, text in enumerate(texts)]
        return [text for text, _ in pairs], [scores for _, scores in pairs]
    return list(texts), [[] for _ in texts]


def _split_sets(texts: Sequence[str], where: Where) -> tuple[list[str], list[list[float]]]:
    read = [_as_json(text, where(at)) for at, text in enumerate(texts)]
    plain = [text for text, content in zip(texts, read, strict=True) if not _is_scored(content)]
    separator = set_separator(plain)
    sets, scores = [], []
    for at, (text, content) in enumerate(zip(texts, read, strict=True)):
        if _is_scored(content):
            score = {str(name): _as_score(content[name], where(at)) for name in content}
        elif is_broken_set(text):
            raise UnreadableAnswer(where(at), f"{shown_text(text)} is no list of names", SCORED_SETS)
        else:
            score = dict.fromkeys(split_set(text, separator), UNSCORED)
        sets.append(dumps(sorted(score)))
        scores.append([score[name] for name in sorted(score)])
    return sets, scores


def _is_scored(content: Any) -> bool:
    return isinstance(content, dict) and not isinstance(content.get("choices"), list)


def _split_regions(shape: str, text: str, where: str) -> tuple[str, list[float]]:
    """Return an answer without scores and the scores; another text as it is, for its reader to refuse."""
    content = _as_json(text, where)
    if not isinstance(content, list) or not content:
        return text, []
    regions = content if _is_list_of_regions(shape, content) else [content]
    if not all(isinstance(region, list) for region in regions):
        return text, []
    scores = [_score_of(shape, region, where) for region in regions]
    plain = [_without_score(shape, region) for region in regions]
    return dumps(plain, ensure_ascii=False), scores


def _is_list_of_regions(shape: str, content: list[Any]) -> bool:
    """Return whether an answer is a list of regions, not one region without a list around it."""
    first = content[0]
    if shape == "polygons" and isinstance(first, list) and first:
        return isinstance(first[0], list)
    return isinstance(first, list)


def _parts_before_score(shape: str, region: list[Any]) -> int:
    """Return the number of parts of a region up to its class."""
    points = sum(isinstance(part, list) for part in region)
    return (points if shape == "polygons" else _BEFORE_CLASS[shape]) + 1


def _without_score(shape: str, region: list[Any]) -> list[Any]:
    at = _parts_before_score(shape, region)
    return region[:at] + region[at + 1 :]


def _score_of(shape: str, region: list[Any], where: str) -> float:
    """Return the number after the class of a region."""
    at = _parts_before_score(shape, region)
    return _as_score(region[at], where) if len(region) > at else UNSCORED


def _as_score(value: Any, where: str) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:
        detail = f"has the score {shown_text(str(value))}, which is not a number from 0 to 1"
        raise UnreadableAnswer(where, detail, "write a probability")
    return float(value)


def _as_json(text: str, where: str) -> Any:
    """Return a value, None for another text. Raises UnreadableAnswer for a class with two scores."""
    try:
        return parse_json(text)
    except RepeatedField as error:
        raise UnreadableAnswer(where, f"{shown_text(text)} names {error.name!r} twice", KEEP_ONE) from None
    except ValueError:
        return None
