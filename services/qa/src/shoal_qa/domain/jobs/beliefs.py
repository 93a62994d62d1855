"""From votes on jobs to beliefs about their labels, under a fitted model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.jobs.acceptance import Belief
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, VoteArrays


@dataclass(frozen=True, slots=True)
class JobVotes:
    """The votes of one job that count: at most one per annotator."""

    votes: Sequence[tuple[str, str]]  # (annotator, label)
    most: int  # votes that the job may ever have
    accepted: str | None = None  # the label accepted before
    blocked: int = 0  # further votes, of blocked annotators: without weight, but bought


def posteriors(jobs: Sequence[JobVotes], fit: ProjectFit) -> Floats:
    """Return calibrated probabilities: (jobs, classes). Annotators that the fit has not seen are average ones."""
    votes = _arrays(jobs, fit)
    return fit.calibration.apply(fit.reader.log_posterior(votes), votes.votes_per_task())


def beliefs(jobs: Sequence[JobVotes], now: Floats, fit: ProjectFit) -> list[Belief]:
    """Return what the votes on each job amount to, and what they could still amount to. now: their posteriors."""
    best, rows = now.argmax(axis=1), np.arange(len(jobs))
    labels = [fit.classes[label] for label in best.tolist()]
    hoped = posteriors([_with_agreement(job, label) for job, label in zip(jobs, labels, strict=True)], fit)
    sure, hope = now[rows, best].tolist(), hoped[rows, best].tolist()
    return [
        Belief(
            label=labels[row],
            probability=sure[row],
            votes=len(job.votes),
            hope=hope[row] if fit.knows_the_crowd else 1.0,
            of_accepted=_of_accepted(job, now[row], fit),
            blocked=job.blocked,
        )
        for row, job in enumerate(jobs)
    ]


def _of_accepted(job: JobVotes, shares: Floats, fit: ProjectFit) -> float:
    """Return the probability of the label accepted before; 0 without one, or where its class is gone."""
    known = job.accepted is not None and job.accepted in fit.class_numbers
    return float(shares[fit.class_numbers[job.accepted]]) if known and job.accepted else 0.0


def _with_agreement(job: JobVotes, label: str) -> JobVotes:
    """Return the job as if all votes that may still come were for `label`, by annotators not known."""
    coming = [("", label)] * max(0, job.most - len(job.votes) - job.blocked)
    return JobVotes([*job.votes, *coming], job.most)


def _arrays(jobs: Sequence[JobVotes], fit: ProjectFit) -> VoteArrays:
    annotators, number = fit.annotator_numbers, fit.class_numbers
    rows = [
        (task, annotators.get(annotator, UNKNOWN), number[label])
        for task, job in enumerate(jobs)
        for annotator, label in job.votes
    ]
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    return VoteArrays(table[:, 0], table[:, 1], table[:, 2], len(jobs), len(annotators), len(number))
