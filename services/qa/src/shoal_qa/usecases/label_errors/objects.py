"""Errors of boxes, polygons and spans, found with a model's predictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shoal.contracts.answers import Answer
from shoal_qa.domain.label_errors.matching import NOTHING, Matches, match_objects
from shoal_qa.domain.label_errors.things import ThingErrors, Things, find_thing_errors
from shoal_qa.domain.votes.arrays import Floats, Ints
from shoal_qa.usecases.answers.differences.distances import TOLERANCES
from shoal_qa.usecases.answers.differences.overlaps import object_overlaps
from shoal_qa.usecases.answers.kinds import objects_of
from shoal_qa.usecases.label_errors.doubts import LEAST_MISSING, Doubt, ErrorKind

LEAST_SCORE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredAnswer:
    """An answer of a model. scores: of each object or class, 0 to 1."""

    answer: Answer
    scores: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """The objects of a label, those of a prediction with their scores, and the things that they mark."""

    number: int
    objects: Sequence[Any]
    guesses: Sequence[Any]
    score: Floats
    of_class: Ints
    matches: Matches


def object_errors(labels: Sequence[Answer], predictions: Sequence[ScoredAnswer | None]) -> list[Doubt]:
    """Return one doubt for each object of a label, and one for each object that a label may lack.

    labels: all boxes, polygons or spans. predictions: by label, of a model that did not learn from these
    labels; labels without a prediction are not judged. Time: a few products of the objects of each label.
    """
    pairs = [(label, prediction) for label, prediction in zip(labels, predictions, strict=True) if prediction]
    names = sorted(
        {
            item.label
            for label, prediction in pairs
            for one in (label, prediction.answer)
            for item in objects_of(one)
        }
    )
    if not names:
        return []
    number = {name: index for index, name in enumerate(names)}
    tasks = [
        _matched_task(task, label, prediction, number)
        for task, (label, prediction) in enumerate(zip(labels, predictions, strict=True))
        if prediction
    ]
    things = _things_of(tasks, len(names))
    errors = find_thing_errors(things, TOLERANCES[labels[0].kind])
    return _object_doubts(tasks, errors, names)


def _matched_task(number: int, label: Answer, prediction: ScoredAnswer, classes: dict[str, int]) -> _Task:
    objects, guesses = objects_of(label), objects_of(prediction.answer)
    score = np.clip(np.array(prediction.scores, np.float64), LEAST_SCORE, 1.0)
    of_class = np.array([classes[item.label] for item in (*objects, *guesses)], np.int32)
    overlap = object_overlaps(label.kind, [*objects, *guesses])
    return _Task(
        number=number,
        objects=objects,
        guesses=guesses,
        score=score,
        of_class=of_class,
        matches=match_objects(overlap, of_class, score),
    )


def _things_of(tasks: Sequence[_Task], classes: int) -> Things:
    """Return the things of all tasks, with the best score of each class."""
    first = np.cumsum([0, *(len(task.matches.part) for task in tasks)])
    label = np.full(first[-1], NOTHING, np.int32)
    for task, start in zip(tasks, first.tolist(), strict=False):
        label[start : start + len(task.objects)] = task.of_class[: len(task.objects)]
    thing = np.concatenate([task.matches.thing for task in tasks])
    guess = np.concatenate([task.of_class[len(task.objects) :] for task in tasks])
    score = np.concatenate([task.score for task in tasks])
    start = np.repeat(first[:-1], [len(task.guesses) for task in tasks])
    rows = np.flatnonzero(thing != NOTHING)
    scores = np.zeros((first[-1], classes))
    np.maximum.at(scores, (start[rows] + thing[rows], guess[rows]), score[rows])
    distance = np.concatenate([task.matches.distance for task in tasks])
    return Things(label=label, scores=scores, distance=distance)


_KINDS: tuple[ErrorKind, ...] = ("spurious", "class", "place")


def _object_doubts(tasks: Sequence[_Task], errors: ThingErrors, names: Sequence[str]) -> list[Doubt]:
    """Return the doubts. An object's most probable error names it; its errors are independent."""
    chances = np.stack([errors.spurious, errors.other_class, errors.misplaced])
    worst, wrong = chances.argmax(axis=0).tolist(), (1 - np.prod(1 - chances, axis=0)).tolist()
    missing, suggestion = errors.missing.tolist(), errors.suggestion.tolist()
    out: list[Doubt] = []
    row = 0
    for task in tasks:
        for part, guess in zip(task.matches.part.tolist(), task.matches.guess.tolist(), strict=True):
            better = None if guess == NOTHING else task.guesses[guess]
            if part == NOTHING:
                if missing[row] >= LEAST_MISSING:
                    out.append(
                        Doubt(task=task.number, error="missing", wrong=missing[row], suggestion=better)
                    )
            else:
                kind, label = _KINDS[worst[row]], task.objects[part]
                if kind == "class" and better is not None:
                    name = names[suggestion[row]]
                    better = label if name == label.label else label.model_copy(update={"label": name})
                out.append(
                    Doubt(
                        task=task.number,
                        part=part,
                        error=kind,
                        wrong=wrong[row],
                        label=label,
                        suggestion=None if kind == "spurious" else better,
                    )
                )
            row += 1
    return out
