"""Krippendorff's alpha of answers of any kind, each with its own distance, at a bounded cost."""

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.agreement.alpha import (
    Alpha,
    Level,
    alpha_of_distances,
    alpha_of_values,
    expected_distance,
)
from shoal_qa.domain.agreement.coincidences import TaskAgreement, by_task
from shoal_qa.domain.votes.arrays import Floats, VoteArrays
from shoal_qa.usecases.answers.differences.chance import distance_between, of_votes
from shoal_qa.usecases.answers.differences.comparing import MOST_CHARACTERS

LEVELS: dict[str, Level] = {"number": "interval", "rating": "ordinal"}
"""The usual level of measurement of the kinds whose answers are numbers."""

MOST_PAIRS = 20_000  # of answers to compare: alpha is then exact to 0.01
FEWEST_PAIRS = 20  # however large answers are
WORK = 1_000_000  # comparisons of objects, or steps through texts, in all pairs


def answer_agreement(
    schema: LabelSchema,
    votes: VoteArrays,
    answers: Sequence[Answer],
    *,
    level: Level | None = None,
    rng: np.random.Generator,
) -> tuple[Alpha, TaskAgreement]:
    """Return alpha of votes, and how far they lie apart on each task. Labels are numbers of `answers`.

    level: None for the kind's usual one. Raises ValueError for values below 0 on a ratio scale.
    """
    if schema.kind in LEVELS:
        value = _values_of(answers)[votes.label]
        tasks = by_task(votes.task, votes.tasks, lambda i, j: np.abs(value[i] - value[j]))
        return alpha_of_values(votes.task, value, level or LEVELS[schema.kind]), tasks
    distance = distance_between(schema, answers)
    tasks = by_task(votes.task, votes.tasks, of_votes(votes, distance.within))
    chance = of_votes(votes, distance.chance, equal_is_near=False)
    expected = expected_distance(votes.task, chance, rng, affordable_pairs(answers))
    return alpha_of_distances(tasks.answers, tasks.apart, expected), tasks


def affordable_pairs(answers: Sequence[Answer]) -> int:
    """Return how many pairs of answers to compare: fewer the larger the answers are."""
    sizes = [_size_of(answer) for answer in answers]
    return int(np.clip(WORK / np.mean(sizes), FEWEST_PAIRS, MOST_PAIRS)) if sizes else MOST_PAIRS


def jobs_to_compare(votes: Mapping[str, int], pairs: int) -> set[str]:
    """Return the jobs to compare, so that they have about `pairs` pairs of votes. votes: numbers by job.

    Jobs are drawn by a hash of their names, so that most of a sample stays the same while votes arrive.
    """
    jobs, left = set(), pairs
    for job in sorted(votes, key=lambda name: (crc32(name.encode()), name)):
        if left <= 0:
            break
        jobs.add(job)
        left -= votes[job] * (votes[job] - 1) // 2
    return jobs


def _size_of(answer: Any) -> float:
    """Return the steps of a comparison with an answer of the same size."""
    match answer.kind:
        case "text":
            return max(1.0, len(answer.text), len(answer.text[:MOST_CHARACTERS]) ** 2 / 64)
        case "ranking":
            return float(max(1, sum(map(len, answer.order))) ** 2)
        case "polygons":
            corners = sum(len(shape.points) for shape in answer.polygons)
            return 20.0 * max(1, len(answer.polygons)) ** 2 + corners**2 / 256
        case "boxes" | "spans":
            return float(max(1, len(getattr(answer, answer.kind))) ** 2)
        case _:
            return 1.0


def _values_of(answers: Sequence[Any]) -> Floats:
    """Return numbers or ratings as values: (answers,)."""
    return np.array([answer.value for answer in answers], np.float64)
