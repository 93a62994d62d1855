"""A model of claims, fitted to all jobs of a project and read for a few."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shoal_qa.domain.answers.claims import YES, JobClaims, claim_votes, mirrored_jobs, split_claims
from shoal_qa.domain.answers.odds import Odds
from shoal_qa.domain.models import panel_of
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.votes.arrays import Bools, Floats, Ints, VoteArrays

RECALL, WEIGHT = 0.8, 4.0  # expected of a crowd before any answer, and its weight in true claims
LEAST_WEIGHT, MOST_WEIGHT = 0.7, 1.4  # so that no person outweighs two others who agree


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerParts:
    """What a fit of claims adds to a model's fit.

    odds: calibration of whole answers. recall: (annotators + 1,), the share of true claims that each makes;
    the last stands for all others. usual: true claims of a job, on average. spread: (annotators + 1,) of
    numbers, one sigma as a share of their range. sharpness: (annotators + 1,) of rankings, in the odds of two
    neighbours (shapes/orders.py). tied: the share of tied pairs in rankings.
    """

    odds: Odds
    recall: Floats
    usual: float
    spread: Floats | None = None
    sharpness: Floats | None = None
    tied: float = 0.0

    def recalls_of(self, job: JobClaims) -> Floats:
        """Return the recall of those who answered a job: (answers,)."""
        return self.recall[job.annotator]  # UNKNOWN is -1, the last

    def without_comparison(self) -> "AnswerParts":
        """Return the parts where no two people answered one job: claims seem true if nobody denies them."""
        return replace(self, recall=np.minimum(self.recall, RECALL))


def parts_without_answers(odds: Odds) -> AnswerParts:
    """Return the parts before the first answer: every annotator is expected to be like any crowd."""
    return AnswerParts(odds=odds, recall=np.array([RECALL]), usual=1.0)


def fit_claims(
    jobs: Sequence[JobClaims], annotators: int, *, model: str, unclaimed: int = 0, start: Fitted | None = None
) -> tuple[FittedPool, AnswerParts]:
    """Fit a model of the registry to the claims of all jobs, without gold: gold stays held out."""
    votes = claim_votes(jobs, annotators)
    whole = claim_votes(mirrored_jobs(jobs), annotators, unclaimed)
    fitted = panel_of(model).study(whole, None, start).fitted
    if jobs and jobs[0].claims.exclusive:
        skill = fitted.skill()
        crowd = float(skill.mean()) if len(skill) else RECALL
        return fitted, AnswerParts(odds=Odds(), recall=np.append(skill, crowd), usual=1.0)
    believed = fitted.posterior(votes)[:, YES]
    parts = AnswerParts(
        odds=Odds(), recall=_recall_shares(votes, believed), usual=_usual_claims(jobs, believed)
    )
    return fitted, parts


def believed_claims(log_posterior: Floats, jobs: Sequence[JobClaims]) -> list[Floats]:
    """Return the probability of each claim, by job.

    log_posterior: (claims of all jobs, 2); of exclusive claims (jobs, claims).
    """
    if jobs and jobs[0].claims.exclusive:
        return list(np.exp(log_posterior))
    return split_claims(np.exp(log_posterior[:, YES]), jobs)


def answer_weights(fitted: Fitted) -> Floats:
    """Return the weight of each annotator's answers in places and shapes, and last that of all others.

    (annotators + 1,), log odds of the skill.
    """
    skill = np.clip(np.append(fitted.skill(), 0.7), 0.01, 0.99)
    return np.asarray(np.clip(np.log(skill / (1 - skill)), LEAST_WEIGHT, MOST_WEIGHT))


def near_shares(near: Bools, annotator: Ints, annotators: int) -> Floats:
    """Return the share of each annotator's answers near the merged ones, and last of all: (annotators + 1,).

    near, annotator: (answers,).
    """
    crowd = (near.sum() + WEIGHT * RECALL) / (len(near) + WEIGHT)
    count = np.bincount(annotator, minlength=annotators)
    share = (np.bincount(annotator, near, annotators) + WEIGHT * crowd) / (count + WEIGHT)
    return np.append(share, crowd)


def _recall_shares(votes: VoteArrays, believed: Floats) -> Floats:
    true = believed[votes.task]
    hits = np.bincount(votes.annotator, true * (votes.label == YES), votes.annotators)
    whole = np.bincount(votes.annotator, true, votes.annotators)
    crowd = (hits.sum() + WEIGHT * RECALL) / (whole.sum() + WEIGHT)
    return np.append((hits + WEIGHT * crowd) / (whole + WEIGHT), crowd)


def _usual_claims(jobs: Sequence[JobClaims], believed: Floats) -> float:
    return float((believed.sum() + 1) / (len(jobs) + 1))
