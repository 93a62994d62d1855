"""The answers that a job was given, and which of those to gold items count for calibration."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from shoal.contracts.answers import Answer, TextAnswer
from shoal_qa.domain.models.crossfit import thin_gold
from shoal_qa.domain.votes.arrays import UNKNOWN, VoteArrays
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS, objects_of

MOST_OBJECTS_OF_JOB = 10_000  # in all answers that count: a second of work
CHARACTERS = 100  # of a free text that take as long as an object
FEWEST = 5  # answers that count, however many objects they have


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswers:
    """The answers of one job, at least one. annotator: (answers,), numbers or UNKNOWN."""

    annotator: Sequence[int]
    answers: Sequence[Answer]


def given_answers(rows: Sequence[tuple[int, Answer]]) -> GivenAnswers:
    """Return the answers of a job that count. rows: annotators' numbers and their answers, in a fixed order.

    Of answers that are larger than MOST_OBJECTS_OF_JOB in all, the first ones count, at least FEWEST.
    """
    sizes = np.cumsum([_size_of(answer) for _, answer in rows])
    counted = max(FEWEST, int((sizes <= MOST_OBJECTS_OF_JOB).sum()))
    return GivenAnswers(
        annotator=[annotator for annotator, _ in rows[:counted]],
        answers=[answer for _, answer in rows[:counted]],
    )


def _size_of(answer: Answer) -> float:
    """Return the size of an answer, in objects."""
    if isinstance(answer, TextAnswer):
        return len(answer.text) / CHARACTERS
    return len(objects_of(answer)) if answer.kind in OBJECT_KINDS else 0


def thinned_answers(jobs: Sequence[GivenAnswers], gold: Collection[int], seed: int = 0) -> list[GivenAnswers]:
    """Return gold jobs with as many answers as other jobs have, some at random, in the order of `gold`.

    Everybody answers a gold item, so that its merged answer is better than those that it should stand for.
    """
    numbers = list(gold)
    task = np.repeat(np.arange(len(jobs), dtype=np.int32), [len(job.answers) for job in jobs])
    truth = np.full(len(jobs), UNKNOWN, np.int32)
    truth[numbers] = 0
    answers = VoteArrays(  # the label of each is its own number
        task=task,
        annotator=np.zeros(len(task), np.int32),
        label=np.arange(len(task), dtype=np.int32),
        tasks=len(jobs),
        annotators=1,
        classes=len(task),
    )
    rows = np.sort(thin_gold(answers, truth, np.random.default_rng(seed)).label)
    first = np.searchsorted(task, np.arange(len(jobs)))
    start, end = np.searchsorted(task[rows], numbers, "left"), np.searchsorted(task[rows], numbers, "right")
    return [
        _some_answers(jobs[number], (rows[low:high] - first[number]).tolist())
        for number, low, high in zip(numbers, start, end, strict=True)
    ]


def _some_answers(job: GivenAnswers, rows: Sequence[int]) -> GivenAnswers:
    return GivenAnswers(
        annotator=[job.annotator[row] for row in rows], answers=[job.answers[row] for row in rows]
    )
