"""Evaluate jobs: from votes to beliefs, and from beliefs to labels, requests and withdrawals.

Rows and events are committed together.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shoal.observability import metrics
from shoal_qa.domain.jobs.acceptance import AcceptanceRule, Belief
from shoal_qa.domain.jobs.beliefs import JobVotes, job_beliefs, job_posteriors
from shoal_qa.domain.jobs.lifecycle import (
    Accept,
    Change,
    Job,
    Request,
    Withdraw,
    advance_job,
    settle_by_expert,
    without_expert,
)
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import fit_without_votes
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.domain.votes.book import Annotation, Vote, VoteBook
from shoal_qa.usecases.announce import label_message, request_message
from shoal_qa.usecases.ports import Database, LabelRow, Major, StoredAnnotation, StoredJob, Transaction
from shoal_qa.usecases.rules import Rule

COUNTED = ("label", "audit")  # purposes of jobs that get labels; gold measures annotators
SHOWN = 100  # most classes of a posterior in the evidence


@dataclass(frozen=True, slots=True)
class Context:
    """The rule, fit and blocked annotators that apply to jobs of one project and major."""

    rule: Rule
    fit: ProjectFit
    blocked: frozenset[str]

    @property
    def acceptance(self) -> AcceptanceRule:
        """Return the rule of acceptance, with the certificate's threshold if the rule has a target."""
        return self.rule.acceptance(self.fit.promise)


@dataclass(frozen=True, slots=True)
class _Case:
    stored: StoredJob
    votes: list[Vote]
    blocked: int
    expert: Annotation | None

    def counted(self) -> JobVotes:
        votes = [(vote.annotator, vote.label) for vote in self.votes]
        return JobVotes(votes, self.stored.job.most, self.stored.job.label, self.blocked)

    def advanced(self, belief: Belief, rule: AcceptanceRule) -> tuple[Job, list[Change]]:
        """Return the job after its expert's answer, or else its votes. Only live annotations matter."""
        job, expert = self.stored.job, self.expert
        if expert is not None and expert.label is not None and job.state != "erased":
            return settle_by_expert(job, expert.label, expert.annotator, belief.collected)
        return advance_job(without_expert(job), belief, rule)


class Evaluate:
    """Evaluates jobs. Idempotent: a job with the same votes and the same fit does not change."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def __call__(self, job_ids: Collection[str]) -> int:
        """Evaluate jobs; return the number of changed ones."""
        if not job_ids:
            return 0
        async with self._database.transaction() as tx:
            return await self.within(tx, await tx.jobs.lock(job_ids))

    async def within(self, tx: Transaction, jobs: Sequence[StoredJob]) -> int:
        """Evaluate jobs that are locked by `tx`; return the number of changed ones."""
        counted = [stored for stored in jobs if stored.purpose in COUNTED]
        book = _by_job(await tx.annotations.of_jobs([stored.job_id for stored in counted]))
        groups: dict[Major, list[StoredJob]] = defaultdict(list)
        for stored in counted:
            groups[stored.key].append(stored)
        changed = 0
        for key, group in sorted(groups.items()):
            context = await context_of(tx, key)
            if context is not None:
                cases = [_make_case(stored, book.get(stored.job_id, []), context) for stored in group]
                changed += await self._group(tx, cases, context)
        return changed

    async def _group(self, tx: Transaction, cases: list[_Case], context: Context) -> int:
        rule, now = context.acceptance, self._clock()
        votes = [case.counted() for case in cases]
        shares = job_posteriors(votes, context.fit)
        beliefs = job_beliefs(votes, shares, context.fit, rule.stopping)
        changed: list[StoredJob] = []
        rows: list[LabelRow] = []
        messages = []
        for index, case in enumerate(cases):
            belief = beliefs[index]
            after, changes = case.advanced(belief, rule)
            if after == case.stored.job and not changes:
                continue
            stored = replace(case.stored, job=after)
            for change in changes:
                if isinstance(change, Request):
                    posterior = _likely_classes(shares[index], context.fit)
                    messages.append(request_message(stored, change, posterior, now))
                    metrics.VOTE_REQUESTS.labels(change.action).inc()
                else:
                    stored = replace(stored, revision=stored.revision + 1)
                    probability = change.probability if isinstance(change, Accept) else belief.of_accepted
                    row = _label_row(
                        stored, change, probability, _label_evidence(case, change, shares[index], context.fit)
                    )
                    rows.append(row)
                    messages.append(label_message(stored, row, now))
                    metrics.LABELS.labels(stored.project, row.state).inc()
            changed.append(stored)
        await tx.jobs.save(changed)
        await tx.labels.add(rows, now)
        await tx.outbox.publish(messages)
        return len(changed)


async def context_of(tx: Transaction, key: Major) -> Context | None:
    """Return the context of a project's jobs; None without a guideline."""
    classes = await tx.projects.classes(key)
    if classes is None:
        return None
    rule = await tx.projects.rule(key[0])
    fit = await tx.projects.fit(key)
    if fit is None or fit.fitted.name != rule.model:
        fit = fit_without_votes(rule.model, tuple(classes))
    return Context(rule, fit, frozenset(await tx.projects.blocked(key[0])))


def _by_job(annotations: Sequence[StoredAnnotation]) -> dict[str, list[StoredAnnotation]]:
    by_job: dict[str, list[StoredAnnotation]] = defaultdict(list)
    for annotation in annotations:
        by_job[annotation.annotation.job].append(annotation)
    return by_job


def _make_case(stored: StoredJob, annotations: Sequence[StoredAnnotation], context: Context) -> _Case:
    book = VoteBook(annotation.annotation for annotation in annotations if not annotation.is_review)
    experts = VoteBook(annotation.annotation for annotation in annotations if annotation.is_review)
    live = [annotation for annotation in experts.annotations() if annotation.label is not None]
    all_votes = book.votes(stored.job_id)
    votes = [vote for vote in all_votes if vote.annotator not in context.blocked]
    return _Case(
        stored,
        votes,
        len(all_votes) - len(votes),
        max(live, key=lambda annotation: (annotation.at, annotation.annotation), default=None),
    )


def _label_row(
    stored: StoredJob,
    change: Accept | Withdraw,
    probability: float,
    evidence: dict[str, object],
) -> LabelRow:
    label = change.label if isinstance(change, Accept) else None
    state = "withdrawn" if label is None else "accepted" if stored.revision == 1 else "revised"
    return LabelRow(
        project=stored.project,
        job_id=stored.job_id,
        sample_id=stored.sample_id,
        revision=stored.revision,
        state=state,
        label=label,
        probability=probability,
        evidence=evidence,
        reason=change.reason,
    )


def _label_evidence(
    case: _Case, change: Accept | Withdraw, shares: Floats, fit: ProjectFit
) -> dict[str, object]:
    """Return the evidence for a change. shares: (classes,), posterior of the job."""
    votes, label = case.votes, change.label if isinstance(change, Accept) else None
    agreeing = sum(vote.label == label for vote in votes)
    return {
        "method": fit.fitted.name,
        "votes": len(votes),
        "annotators": [vote.annotator for vote in votes],
        "annotation_ids": [vote.annotation for vote in votes],
        "agreement": agreeing / len(votes) if votes else 0.0,
        "posterior": _likely_classes(shares, fit),
        "reviewed_by": case.expert.annotator if case.expert else None,
    }


def _likely_classes(shares: Floats, fit: ProjectFit) -> dict[str, float]:
    """Return the likeliest classes with their probabilities, the likeliest first. shares: (classes,)."""
    likely = sorted(range(len(shares)), key=lambda index: -shares[index])[:SHOWN]
    return {fit.classes[index]: round(float(shares[index]), 6) for index in likely if shares[index] >= 0.001}
