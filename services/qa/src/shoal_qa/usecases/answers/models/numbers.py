"""Numbers: a robust mean, the interval that holds the right value, and the chance that the mean is near."""

from collections import defaultdict
from collections.abc import Sequence
from math import ceil, log10
from typing import Any

import numpy as np

from shoal.contracts.answers import NumberAnswer
from shoal.contracts.label_schemas import LabelSchema, NumberSchema
from shoal_qa.domain.answers.model import AnswerParts, near_shares
from shoal_qa.domain.answers.odds import Odds
from shoal_qa.domain.shapes.numbers import (
    EXPECTED,
    WITHOUT_RANGE,
    NumberAnswers,
    believe_numbers,
    fit_spreads,
    robust_means,
    task_blocks,
)
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.differences.distances import tolerance_of
from shoal_qa.usecases.answers.given import GivenAnswers
from shoal_qa.usecases.answers.merged import INTERVAL_SHARE, Merged

_EXACT = 14  # digits of the range's larger end
_ROUNDING = 1e-13  # of values that were computed in shares of the range, as a share of it
_MOST_DECIMALS = 300  # of float64, whose powers of ten end at 308


def fit_numbers(schema: Any, jobs: Sequence[GivenAnswers], annotators: int) -> AnswerParts:
    """Return the spreads of annotators, in shares of the range; recall is the share of near answers."""
    groups = _groups_of(schema, jobs)
    spread = fit_spreads([answers for _, answers in groups], annotators)
    near = []
    for _, answers in groups:
        value = robust_means(answers.value, spread[answers.annotator])
        near.append((np.abs(answers.value - value[:, None]) <= tolerance_of(schema)).ravel())
    annotator = np.concatenate([answers.annotator.ravel() for _, answers in groups])
    recall = near_shares(np.concatenate(near), annotator, annotators)
    return AnswerParts(odds=Odds(), recall=recall, usual=1.0, spread=spread)


def merge_numbers(schema: Any, jobs: Sequence[GivenAnswers], parts: AnswerParts) -> list[Merged]:
    """Return the robust mean of each job with its interval, and the probability that it is near the value."""
    out: dict[int, Merged] = {}
    spread = _spreads_of(parts)
    for numbers, answers in _groups_of(schema, jobs):
        written = np.clip(_values_of([jobs[number] for number in numbers]), schema.low, schema.high)
        for rows in task_blocks(*answers.value.shape):
            own = spread[answers.annotator[rows]]
            merged = _merge_group(schema, answers.value[rows], own, written[rows])
            out.update(zip(numbers[rows], merged, strict=True))
    return [out[number] for number in range(len(jobs))]


def near_numbers(
    schema: Any, jobs: Sequence[GivenAnswers], parts: AnswerParts, numbers: Sequence[Any]
) -> list[float]:
    """Return the probability that a number of each job is within the tolerance of the right one."""
    spread, least = _spreads_of(parts), tolerance_of(schema)
    own = np.clip([(number.value - schema.low) / (schema.high - schema.low) for number in numbers], 0, 1)
    out = np.empty(len(jobs))
    for rows, answers in _groups_of(schema, jobs):
        for part in task_blocks(*answers.value.shape):
            belief = believe_numbers(answers.value[part], spread[answers.annotator[part]])
            at = own[rows[part]]
            out[rows[part]] = belief.mass(at - least, at + least)
    return out.tolist()


def _spreads_of(parts: AnswerParts) -> Floats:
    return np.full(1, EXPECTED) if parts.spread is None else parts.spread


def cut_ends(schema: Any, jobs: Sequence[GivenAnswers], parts: AnswerParts) -> list[tuple[bool, bool]]:
    """Return whether the interval of each job would reach below, and above, the range if there were none."""
    out: dict[int, tuple[bool, bool]] = {}
    spread = _spreads_of(parts)
    for numbers, answers in _groups_of(schema, jobs):
        for rows in task_blocks(*answers.value.shape):
            own = spread[answers.annotator[rows]]
            belief = believe_numbers(answers.value[rows], own, limits=WITHOUT_RANGE)
            low, high = belief.interval(INTERVAL_SHARE)
            cut = zip((low < 0).tolist(), (high > 1).tolist(), strict=True)
            out.update(zip(numbers[rows], cut, strict=True))
    return [out[number] for number in range(len(jobs))]


def _merge_group(schema: NumberSchema, value: Floats, spread: Floats, written: Floats) -> list[Merged]:
    """Return what is merged from the answers of some jobs: (jobs, answers) each. written: as they were."""
    size = schema.high - schema.low
    centre = robust_means(value, spread)
    answer = _as_written(_on_steps(schema, schema.low + centre * size), written, size * _ROUNDING)
    own, least = (answer - schema.low) / size, tolerance_of(schema)
    belief = believe_numbers(value, spread)
    low, high = belief.interval(INTERVAL_SHARE)
    probability = belief.mass(own - least, own + least)
    ends = schema.low + np.stack([np.minimum(low, own), np.maximum(high, own)], axis=1) * size
    rows = zip(answer.tolist(), probability.tolist(), ends.tolist(), strict=True)
    return [
        Merged(answer=NumberAnswer(value=at), probability=p, interval=(first, last))
        for at, p, (first, last) in rows
    ]


def _groups_of(schema: NumberSchema, jobs: Sequence[GivenAnswers]) -> list[tuple[list[int], NumberAnswers]]:
    """Return the jobs by number of answers, with values as shares of the range."""
    by_size: dict[int, list[int]] = defaultdict(list)
    for number, job in enumerate(jobs):
        by_size[len(job.answers)].append(number)
    return [(by_size[size], _one_group(schema, [jobs[n] for n in by_size[size]])) for size in sorted(by_size)]


def _one_group(schema: NumberSchema, jobs: Sequence[GivenAnswers]) -> NumberAnswers:
    return NumberAnswers(
        value=np.clip((_values_of(jobs) - schema.low) / (schema.high - schema.low), 0, 1),
        annotator=np.array([job.annotator for job in jobs], np.int32),
    )


def _values_of(jobs: Sequence[GivenAnswers]) -> Floats:
    """Return the numbers of jobs with equally many answers: (jobs, answers)."""
    return np.array([[getattr(answer, "value", 0.0) for answer in job.answers] for job in jobs], np.float64)


def _as_written(value: Floats, written: Floats, rounding: float) -> Floats:
    """Return the answers that the merged values differ from by rounding only, else the values."""
    distance = np.abs(written - value[:, None])
    nearest = written[np.arange(len(value)), distance.argmin(axis=1)]
    return np.where(distance.min(axis=1) <= rounding, nearest, value)


def _on_steps(schema: LabelSchema, value: Floats) -> Floats:
    """Return values of the schema's range that lie on its steps, or have no digits beyond those known."""
    assert isinstance(schema, NumberSchema)
    if schema.step is None:
        value = np.round(value, _exact_decimals(schema))
    else:
        value = schema.low + np.round((value - schema.low) / schema.step) * schema.step
        value = np.where(value <= schema.high, value, value - schema.step)
    return np.clip(value, schema.low, schema.high)


def _exact_decimals(schema: NumberSchema) -> int:
    """Return the decimals that are exact after computing in shares of the range: 3.3 is not 3.2999999996."""
    largest = max(abs(schema.low), abs(schema.high))
    return max(0, min(_MOST_DECIMALS, _EXACT - ceil(log10(largest))))
