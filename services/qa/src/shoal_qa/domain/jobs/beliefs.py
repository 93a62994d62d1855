"""Beliefs about the labels of jobs, from their votes and a project's fit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.jobs.acceptance import Belief
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.stopping.next_steps import next_steps
from shoal_qa.domain.stopping.rule import Action, StoppingRule
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, VoteArrays


@dataclass(frozen=True, slots=True)
class JobVotes:
    """The votes of one job that count, at most one per annotator."""

    votes: Sequence[tuple[str, str]]  # (annotator, label)
    most: int  # most votes of the job
    accepted: str | None = None  # label accepted earlier
    blocked: int = 0  # votes of blocked annotators, which were bought and have no weight


def job_posteriors(jobs: Sequence[JobVotes], fit: ProjectFit) -> Floats:
    """Return calibrated probabilities: (jobs, classes). Annotators unknown to the fit count as average."""
    votes = _vote_arrays(jobs, fit)
    return fit.calibration.apply(fit.reader.log_posterior(votes), votes.votes_per_task())


def job_beliefs(
    jobs: Sequence[JobVotes], shares: Floats, fit: ProjectFit, rule: StoppingRule
) -> list[Belief]:
    """Return the belief about each job, with its next step. shares: (jobs, classes), posteriors."""
    votes = np.array([len(job.votes) for job in jobs], np.int32)
    most = np.array([min(job.most, rule.max_votes) - job.blocked for job in jobs], np.int32)
    steps = next_steps(shares, votes, most=most, rule=rule, foresight=fit.foresight)
    best, sure = shares.argmax(axis=1).tolist(), shares.max(axis=1).tolist()
    return [
        Belief(
            label=fit.classes[best[row]],
            probability=sure[row],
            votes=len(job.votes),
            action=Action(int(steps.action[row])),
            reach=None if np.isnan(steps.reach[row]) else float(steps.reach[row]),
            of_accepted=_accepted_probability(job, shares[row], fit),
            blocked=job.blocked,
        )
        for row, job in enumerate(jobs)
    ]


def _accepted_probability(job: JobVotes, shares: Floats, fit: ProjectFit) -> float:
    """Return the probability of the label accepted earlier; 0 without one, or if its class was removed."""
    has_class = job.accepted is not None and job.accepted in fit.class_numbers
    return float(shares[fit.class_numbers[job.accepted]]) if has_class and job.accepted else 0.0


def _vote_arrays(jobs: Sequence[JobVotes], fit: ProjectFit) -> VoteArrays:
    annotators, number = fit.annotator_numbers, fit.class_numbers
    rows = [
        (task, annotators.get(annotator, UNKNOWN), number[label])
        for task, job in enumerate(jobs)
        for annotator, label in job.votes
    ]
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    return VoteArrays(
        task=table[:, 0],
        annotator=table[:, 1],
        label=table[:, 2],
        tasks=len(jobs),
        annotators=len(annotators),
        classes=len(number),
    )
