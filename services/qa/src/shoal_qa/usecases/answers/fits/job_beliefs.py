"""Beliefs about the answers of jobs, by the fit of their project."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.jobs.acceptance import Belief
from shoal_qa.domain.jobs.beliefs import JobVotes
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats
from shoal_qa.usecases.answers.differences.distances import agrees_with, answer_distance, tolerance_of
from shoal_qa.usecases.answers.fits.beliefs import merge_jobs
from shoal_qa.usecases.answers.fits.steps import answer_steps
from shoal_qa.usecases.answers.given import GivenAnswers, given_answers
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS, answer_of_kind, objects_of
from shoal_qa.usecases.answers.merged import Merged

UNMOVED = 0.25  # of the tolerance: an accepted answer stays if the merged one lies so near


@dataclass(frozen=True, slots=True)
class AnswerBelief:
    """The belief about a job. merged: its answer with the probabilities of its parts; None without votes."""

    belief: Belief
    merged: Merged | None


def answer_beliefs(
    jobs: Sequence[JobVotes], schema: LabelSchema, fit: ProjectFit, rule: StoppingRule
) -> list[AnswerBelief]:
    """Return the belief about each job. Annotators unknown to the fit count as average."""
    merged = merge_votes(jobs, schema, fit)
    probability = _calibrated_shares(merged, fit)
    votes = np.array([len(job.votes) for job in jobs], np.int32)
    most = np.array([min(job.most, rule.max_votes) - job.blocked for job in jobs], np.int32)
    steps = answer_steps(probability, votes, most=most, rule=rule, crowd=fit.crowd)
    return [
        AnswerBelief(
            _belief_of(
                job,
                schema,
                merged[row],
                probability=float(probability[row]),
                action=Action(int(steps.action[row])),
                reach=None if np.isnan(steps.reach[row]) else float(steps.reach[row]),
            ),
            merged[row],
        )
        for row, job in enumerate(jobs)
    ]


def merge_votes(jobs: Sequence[JobVotes], schema: LabelSchema, fit: ProjectFit) -> list[Merged | None]:
    """Return the merged answer of each job by the fit; None for jobs without a readable vote."""
    assert fit.parts is not None
    answers = [_given_answers(job, schema, fit) for job in jobs]
    readable = [row for row, of_job in enumerate(answers) if of_job.answers]
    merged: list[Merged | None] = [None] * len(jobs)
    beliefs = merge_jobs(schema, [answers[row] for row in readable], fitted=fit.fitted, parts=fit.parts)
    for row, belief in zip(readable, beliefs, strict=True):
        merged[row] = belief
    return merged


def _given_answers(job: JobVotes, schema: LabelSchema, fit: ProjectFit) -> GivenAnswers:
    read = [(name, answer_of_kind(schema, text)) for name, text in sorted(job.votes)]
    number = fit.annotator_numbers
    rows = [(number.get(name, UNKNOWN), answer) for name, answer in read if answer is not None]
    return given_answers(rows)


def _calibrated_shares(merged: Sequence[Merged | None], fit: ProjectFit) -> Floats:
    assert fit.parts is not None
    raw = np.array([0.0 if belief is None else belief.probability for belief in merged], np.float64)
    return np.where(raw > 0, fit.parts.odds.apply(raw), 0.0)


def _belief_of(
    job: JobVotes,
    schema: LabelSchema,
    merged: Merged | None,
    *,
    probability: float,
    action: Action,
    reach: float | None,
) -> Belief:
    label = "" if merged is None else canonical_answer(merged.answer)
    accepted, near = job.accepted, False
    if accepted is not None and merged is not None:
        near = agrees_with(schema, accepted, label)
        if near and (action is not Action.ACCEPT or _is_unmoved(schema, accepted, merged.answer)):
            label = accepted
    return Belief(
        label=label,
        probability=probability,
        votes=len(job.votes),
        action=action,
        reach=reach,
        of_accepted=probability if near else 0.0,
        blocked=job.blocked,
    )


def _is_unmoved(schema: LabelSchema, accepted: str, merged: Answer) -> bool:
    """Return whether a merged answer has the same objects as the accepted one, nearly at the same places."""
    before = answer_of_kind(schema, accepted)
    if before is None or _labels_in(before) != _labels_in(merged):
        return False
    return answer_distance(schema, accepted, canonical_answer(merged)) <= UNMOVED * tolerance_of(schema)


def _labels_in(answer: Any) -> Counter[str]:
    return Counter(item.label for item in objects_of(answer)) if answer.kind in OBJECT_KINDS else Counter()
