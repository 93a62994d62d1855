"""Which classes of objects, sets and ratings the votes of a file confuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shoal.contracts.answers import Answer
from shoal_qa.domain.label_errors.matching import pair_objects
from shoal_qa.domain.votes.arrays import Floats, NamedVotes
from shoal_qa.usecases.answers.differences.overlaps import object_overlaps
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS, objects_of
from shoal_qa.usecases.files.texts.written import WrittenAnswers

NOTHING = "nothing"
MOST_COMPARED = 20_000  # votes, spread evenly over the file
MOST_VALUES = 100  # of a rating


@dataclass(frozen=True, slots=True)
class Confused:
    """counts: (names, names), the class by the consensus against the class of votes, or NOTHING."""

    names: Sequence[str]
    counts: Floats


def confused_classes(
    named: NamedVotes, written: WrittenAnswers, answers: Sequence[Answer]
) -> Confused | None:
    """Return how often votes name another class, or nothing, than the answers of their tasks.

    answers: by task. None for kinds without classes.
    """
    votes = named.votes
    rows = np.arange(0, len(votes), -(-len(votes) // MOST_COMPARED))
    pairs = [
        (answers[task], written.answers[label])
        for task, label in zip(votes.task[rows].tolist(), votes.label[rows].tolist(), strict=True)
    ]
    kind = written.schema.kind
    if kind == "rating":
        return _confused_values(pairs)
    if kind not in (*OBJECT_KINDS, "multi_choice"):
        return None
    names = [*(item.name for item in getattr(written.schema, "classes", ())), NOTHING]
    number = {name: index for index, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)))
    read = _confused_sets if kind == "multi_choice" else _confused_objects
    for answer, vote in pairs:
        for truth, label in read(answer, vote):
            counts[number[truth], number[label]] += 1
    return Confused(names, counts)


def _confused_values(pairs: Sequence[tuple[Any, Any]]) -> Confused | None:
    values = sorted({answer.value for pair in pairs for answer in pair})
    if len(values) > MOST_VALUES:
        return None
    number = {value: index for index, value in enumerate(values)}
    counts = np.zeros((len(values), len(values)))
    for answer, vote in pairs:
        counts[number[answer.value], number[vote.value]] += 1
    return Confused([str(value) for value in values], counts)


def _confused_sets(answer: Any, vote: Any) -> list[tuple[str, str]]:
    """Return classes beside those of a vote; one class for another one is taken as confused with it."""
    missing, extra = set(answer.labels) - set(vote.labels), set(vote.labels) - set(answer.labels)
    both = [(name, name) for name in answer.labels if name in vote.labels]
    if len(missing) == len(extra) == 1:
        return [*both, (missing.pop(), extra.pop())]
    return [*both, *((name, NOTHING) for name in missing), *((NOTHING, name) for name in extra)]


def _confused_objects(answer: Any, vote: Any) -> list[tuple[str, str]]:
    """Return the classes of objects that mark the same thing, and of those that mark none."""
    truths, marks = objects_of(answer), objects_of(vote)
    overlap = object_overlaps(answer.kind, [*truths, *marks])[: len(truths), len(truths) :]
    same = np.array([[truth.label == mark.label for mark in marks] for truth in truths], np.bool_)
    rows, columns = pair_objects(overlap, same.reshape(overlap.shape))
    pairs = [(truths[row].label, marks[column].label) for row, column in zip(rows, columns, strict=True)]
    pairs += [(item.label, NOTHING) for at, item in enumerate(truths) if at not in rows]
    return pairs + [(NOTHING, item.label) for at, item in enumerate(marks) if at not in columns]
