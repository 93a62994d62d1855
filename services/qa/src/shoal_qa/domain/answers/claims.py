"""Claims: what the answers of a job say, one yes or no of each annotator for each claim.

"Class c applies", "there is an object here", "this order is right": an answer of any kind is a set of claims,
and who does not make a claim denies it. So one model of votes with two classes serves all kinds, and an
annotator's skill is how often that person claims what is true, and denies what is not. Kinds differ only in
their claims, and in how believed claims become an answer again.

Where each answer makes one of the same few claims, such as a rating, an answer is one vote and not several:
models of single choices then learn which claims are mistaken for each other.

Sources: sets of classes as yes or no, Nowak and Rueger, "How reliable are annotations via crowdsourcing", MIR
2010; objects as claims of all who looked at the image, Branson, Van Horn and Perona, "Lean crowdsourcing",
CVPR 2017.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Bools, Floats, Ints, VoteArrays

Rows = NDArray[np.int64]

YES = 1  # the class of a vote for a claim; 0 denies it


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims of one job's answers.

    assent: (answers, claims), true where an answer makes a claim. opinion: (answers, claims), false where an
    answer neither makes nor denies it, such as the class of an object that it does not have. exclusive: every
    answer makes one claim, exactly one is right, and all jobs have the same claims in the same order. alike:
    the number of the first of them that mean nothing beyond their job, as the two sides of a pair.
    """

    assent: Bools
    opinion: Bools
    exclusive: bool = False
    alike: int = 0

    def __len__(self) -> int:
        return int(self.assent.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class JobClaims:
    """The claims of a job, and who gave its answers: (answers,), numbers of annotators or UNKNOWN."""

    claims: Claims
    annotator: Ints


def claim_votes(jobs: Sequence[JobClaims], annotators: int, unclaimed: int = 0) -> VoteArrays:
    """Return the yes and no of all claims, as votes on tasks that are the claims in order.

    Exclusive claims are classes, and their jobs the tasks. unclaimed: number of further claims of each job
    that all deny, after those of all jobs.
    """
    if jobs and jobs[0].claims.exclusive:
        return _choice_votes(jobs, annotators)
    people, claims = np.array([job.claims.assent.shape for job in jobs], np.int64).reshape(-1, 2).T
    who = _join_parts([job.annotator for job in jobs])
    task, answer = _cell_numbers(people, claims)
    opinion = _join_parts([job.claims.opinion.ravel() for job in jobs]).astype(np.bool_)
    assent = _join_parts([job.claims.assent.ravel() for job in jobs])[opinion]
    denial, denier = _cell_numbers(people, np.full(len(jobs), unclaimed))
    tasks = int(claims.sum())
    return VoteArrays(
        task=_join_parts([task[opinion], denial + tasks]),
        annotator=who[np.concatenate([answer[opinion], denier])],
        label=_join_parts([assent, np.zeros(len(denial))]),
        tasks=tasks + unclaimed * len(jobs),
        annotators=annotators,
        classes=2,
    )


def _cell_numbers(people: Rows, claims: Rows) -> tuple[Rows, Rows]:
    """Return the claim and the answer of each cell, both numbered over all jobs. people, claims: (jobs,)."""
    cells = people * claims
    job = np.repeat(np.arange(len(people)), cells)
    answer, claim = np.divmod(np.arange(len(job)) - (np.cumsum(cells) - cells)[job], claims[job])
    return (np.cumsum(claims) - claims)[job] + claim, (np.cumsum(people) - people)[job] + answer


def _choice_votes(jobs: Sequence[JobClaims], annotators: int) -> VoteArrays:
    people = [len(job.annotator) for job in jobs]
    return VoteArrays(
        task=np.repeat(np.arange(len(jobs), dtype=np.int32), people),
        annotator=_join_parts([job.annotator for job in jobs]),
        label=np.concatenate([job.claims.assent for job in jobs]).argmax(axis=1).astype(np.int32),
        tasks=len(jobs),
        annotators=annotators,
        classes=len(jobs[0].claims),
    )


def mirrored_jobs(jobs: Sequence[JobClaims]) -> list[JobClaims]:
    """Return the jobs, and again with their alike claims in the reverse order: fits then treat them alike."""
    alike = jobs[0].claims.alike if jobs else 0
    if not alike:
        return list(jobs)
    columns = np.arange(len(jobs[0].claims))
    columns[:alike] = columns[:alike][::-1]
    turned = [replace(job, claims=replace(job.claims, assent=job.claims.assent[:, columns])) for job in jobs]
    return [*jobs, *turned]


def _join_parts(parts: Sequence[NDArray[Any]]) -> Ints:
    return np.concatenate([np.empty(0, np.int32), *parts]).astype(np.int32)


def split_claims(values: Floats, jobs: Sequence[JobClaims]) -> list[Floats]:
    """Return the values of each job's claims. values: (claims of all jobs,)."""
    return np.split(values, np.cumsum([len(job.claims) for job in jobs])[:-1]) if len(jobs) else []
