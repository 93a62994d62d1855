"""The next step of jobs whose answers are not single classes, and the crowd that predicts further votes."""

from collections.abc import Sequence

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.stopping.crowd import Crowd, crowd_of
from shoal_qa.domain.stopping.next_steps import Foresight, NextSteps, next_steps
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays
from shoal_qa.usecases.answers.differences.distances import agrees_with
from shoal_qa.usecases.answers.fits.fitting import AnswerFit
from shoal_qa.usecases.answers.given import GivenAnswers

MOST_NEAR = 2_000  # jobs whose votes predict further votes
OTHERS = 19
"""Answers that stand for all that a job's answer is not: any of them alone is unlikely."""


def answer_steps(
    probability: Floats, votes: Ints, *, most: Ints, rule: StoppingRule, crowd: Crowd | None
) -> NextSteps:
    """Return the next step of each job, as for classes: its answer against all others.

    probability: (jobs,), calibrated. votes, most: (jobs,), votes so far and at most.
    """
    foresight = Foresight(crowd, Tempering(excess=0.0))
    return next_steps(_answer_or_other(probability), votes, most=most, rule=rule, foresight=foresight)


def answer_crowd(
    schema: LabelSchema, jobs: Sequence[GivenAnswers], fit: AnswerFit, annotators: int
) -> Crowd | None:
    """Return how annotators' answers lie near a job's merged one, if it is right and if it is wrong.

    jobs: those of the fit. Every n-th job counts, so that at most about MOST_NEAR do.
    """
    part = range(0, len(jobs), max(1, len(jobs) // MOST_NEAR))
    some = [jobs[number] for number in part]
    texts = [canonical_answer(fit.merged[number].answer) for number in part]
    near = [
        agrees_with(schema, text, canonical_answer(answer))
        for text, job in zip(texts, some, strict=True)
        for answer in job.answers
    ]
    other = 1 + np.arange(len(near)) % OTHERS
    votes = VoteArrays(
        task=np.repeat(np.arange(len(some), dtype=np.int32), [len(job.answers) for job in some]),
        annotator=np.concatenate([np.empty(0, np.int32), *(job.annotator for job in some)]).astype(np.int32),
        label=np.where(near, 0, other).astype(np.int32),
        tasks=len(some),
        annotators=annotators,
        classes=OTHERS + 1,
    )
    count = np.bincount(votes.annotator, minlength=annotators)
    skill = np.bincount(votes.annotator, near, annotators) / np.maximum(count, 1)
    return crowd_of(votes, _answer_or_other(fit.probability[list(part)]), skill)


def _answer_or_other(probability: Floats) -> Floats:
    rest = np.repeat((1 - probability)[:, None] / OTHERS, OTHERS, axis=1)
    return np.hstack([probability[:, None], rest])
