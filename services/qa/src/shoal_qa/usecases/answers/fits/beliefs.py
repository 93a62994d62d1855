"""Merge the answers of jobs, by a fit of their claims."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.answers.choosing import unseen_objects
from shoal_qa.domain.answers.claims import JobClaims, claim_votes
from shoal_qa.domain.answers.model import RECALL, AnswerParts, answer_weights, believed_claims
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.claims.readings import Reading, read_answers
from shoal_qa.usecases.answers.given import GivenAnswers
from shoal_qa.usecases.answers.merged import Merged
from shoal_qa.usecases.answers.models.own_models import OWN_MODELS


def merge_jobs(
    schema: LabelSchema, jobs: Sequence[GivenAnswers], *, fitted: Fitted, parts: AnswerParts
) -> list[Merged]:
    """Return the answer of each job by a fit, with probabilities before calibration."""
    own = OWN_MODELS.get(schema.kind)
    if own is not None:
        return own.merge(schema, jobs, parts) if jobs else []
    readings = [read_answers(schema, job.answers) for job in jobs]
    return merged_answers(readings, claims_of(readings, jobs), fitted=fitted, parts=parts)


def claims_of(readings: Sequence[Reading], jobs: Sequence[GivenAnswers]) -> list[JobClaims]:
    """Return the claims of each job with those who answered it."""
    return [
        JobClaims(claims=reading.claims, annotator=np.array(job.annotator, np.int32))
        for reading, job in zip(readings, jobs, strict=True)
    ]


def merged_answers(
    readings: Sequence[Reading], jobs: Sequence[JobClaims], *, fitted: Fitted, parts: AnswerParts
) -> list[Merged]:
    """Return the answer of each job, and the model's probability that it is right and lacks nothing.

    jobs: the claims of the readings. Probabilities are those before calibration (`parts.odds`).
    """
    if not jobs:
        return []
    log_posterior = fitted.log_posterior(claim_votes(jobs, fitted.annotators))
    weights = answer_weights(fitted)
    return [
        _merge_job(reading, job, believed, weights=weights, parts=parts)
        for reading, job, believed in zip(readings, jobs, believed_claims(log_posterior, jobs), strict=True)
    ]


def _merge_job(
    reading: Reading, job: JobClaims, believed: Floats, *, weights: Floats, parts: AnswerParts
) -> Merged:
    merged = reading.merge(believed, weights[job.annotator])
    recall, is_lone = parts.recalls_of(job), len(job.annotator) == 1 and not job.claims.exclusive
    if not reading.may_miss:
        # Nobody could have denied it: it is right at most as often as what its author claims.
        most = float(recall[0]) if is_lone else 1.0
        return replace(merged, probability=min(merged.probability, most))
    if is_lone and not len(job.claims):
        recall = np.minimum(recall, RECALL)  # the only evidence of an empty answer is that it is empty
    unseen = unseen_objects(recall, parts.usual)
    return replace(merged, probability=merged.probability * float(np.exp(-unseen)))
