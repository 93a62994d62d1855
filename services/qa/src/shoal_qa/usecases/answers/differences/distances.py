"""How different two answers of one kind are, from 0 to 1, and from where on they no longer agree."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

import numpy as np

from shoal.answers import parse_canonical
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.differences.comparing import (
    Comparable,
    comparable_answer,
    comparable_distance,
    has_measure,
    word_distance,
)

TOLERANCES = {
    "boxes": 0.3, "polygons": 0.3, "spans": 0.2, "ranking": 0.1, "number": 0.05, "text": 0.1,
}  # fmt: skip
"""The largest distance of answers that agree; answers of other kinds agree if they are equal."""

MOST_STEPS = 400_000  # characters in all pairs of one job's free texts: about a second


def tolerance_of(schema: LabelSchema) -> float:
    """Return the largest distance of answers that agree."""
    return TOLERANCES.get(schema.kind, 0.0)


def answer_distance(schema: LabelSchema, one: str, other: str) -> float:
    """Return the distance of two canonical texts of answers; 1 if one is not of the schema's kind."""
    if one == other:
        return 0.0
    if not has_measure(schema):
        return 1.0
    first, second = _comparable_text(one), _comparable_text(other)
    if first is None or second is None or not first.kind == second.kind == schema.kind:
        return 1.0
    return comparable_distance(schema, first, second)


def agrees_with(schema: LabelSchema, label: str, vote: str) -> bool:
    """Return whether a vote is within the tolerance of a label, both as their columns hold them."""
    return answer_distance(schema, label, vote) <= tolerance_of(schema)


def distances_between(schema: LabelSchema, texts: Sequence[str]) -> Floats:
    """Return the distances of all pairs: (texts, texts).

    Free texts whose pairs take more than MOST_STEPS characters to compare are compared by their words.
    """
    different = sorted(set(texts))
    number = {text: row for row, text in enumerate(different)}
    compare: Callable[[str, str], float] = partial(answer_distance, schema)
    if schema.kind == "text" and takes_many_steps(different):
        compare = _compare_by_words
    distance = np.zeros((len(different), len(different)))
    for row, one in enumerate(different):
        for column in range(row):
            distance[row, column] = distance[column, row] = compare(one, different[column])
    rows = [number[text] for text in texts]
    return np.asarray(distance[np.ix_(rows, rows)])


def takes_many_steps(texts: Sequence[str]) -> bool:
    """Return whether all pairs of free texts take too long to compare by characters."""
    return (len(texts) - 1) / 2 * sum(map(len, texts)) > MOST_STEPS


def _compare_by_words(one: str, other: str) -> float:
    words = _words_of(one), _words_of(other)
    return 1.0 if words[0] is None or words[1] is None else word_distance(words[0], words[1])


@lru_cache(maxsize=256)
def _words_of(text: str) -> frozenset[str] | None:
    """Return the words of a free text by its canonical text; None for another answer."""
    answer = _comparable_text(text)
    return frozenset(answer.content.split()) if answer is not None and answer.kind == "text" else None


@lru_cache(maxsize=64)
def _comparable_text(text: str) -> Comparable | None:
    """Return the answer of a canonical text; None for a class, which is no such text."""
    try:
        return comparable_answer(parse_canonical(text))
    except ValueError:
        return None
