"""Look at jobs anew: votes to beliefs, beliefs to labels, requests and withdrawals; rows and events together."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shoal.observability import metrics
from shoal_qa.domain.jobs.acceptance import AcceptanceRule, Belief
from shoal_qa.domain.jobs.beliefs import JobVotes, beliefs, posteriors
from shoal_qa.domain.jobs.lifecycle import (
    Accept,
    Change,
    Job,
    Request,
    Withdraw,
    advance,
    settle_by_expert,
    without_expert,
)
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.projects.fitting import fit_without_votes
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.domain.votes.book import Annotation, Vote, VoteBook
from shoal_qa.usecases.announce import label_message, request_message
from shoal_qa.usecases.ports import Database, KeptAnnotation, KeptJob, LabelRow, Major, Transaction
from shoal_qa.usecases.rules import Rule

COUNTED = ("label", "audit")  # gold measures annotators; its answer is known
SHOWN = 10  # classes of a posterior that evidence keeps


@dataclass(frozen=True, slots=True)
class Context:
    """What jobs of one project and major are judged by."""

    rule: Rule
    fit: ProjectFit
    blocked: frozenset[str]

    @property
    def acceptance(self) -> AcceptanceRule:
        """Return by what labels are accepted: the rule, and the certificate where it asks for one."""
        return self.rule.acceptance(self.fit.promise)


@dataclass(frozen=True, slots=True)
class _Case:
    kept: KeptJob
    votes: list[Vote]
    blocked: int
    expert: Annotation | None

    def counted(self) -> JobVotes:
        votes = [(vote.annotator, vote.label) for vote in self.votes]
        return JobVotes(votes, self.kept.job.most, self.kept.job.label, self.blocked)

    def advanced(self, belief: Belief, rule: AcceptanceRule) -> tuple[Job, list[Change]]:
        """Return the job after its expert, or else its votes, were looked at; a function of what is live now."""
        job, expert = self.kept.job, self.expert
        if expert is not None and expert.label is not None and job.state != "erased":
            return settle_by_expert(job, expert.label, expert.annotator, belief.collected)
        return advance(without_expert(job), belief, rule)


class Evaluate:
    """Idempotent: a job that was looked at with the same votes and the same fit does not change."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def __call__(self, job_ids: Collection[str]) -> int:
        """Look at jobs; return how many changed."""
        if not job_ids:
            return 0
        async with self._database.transaction() as tx:
            return await self.within(tx, await tx.jobs.lock(job_ids))

    async def within(self, tx: Transaction, jobs: Sequence[KeptJob]) -> int:
        """Look at jobs that are locked by `tx`."""
        counted = [kept for kept in jobs if kept.purpose in COUNTED]
        book = _by_job(await tx.annotations.of_jobs([kept.job_id for kept in counted]))
        groups: dict[Major, list[KeptJob]] = defaultdict(list)
        for kept in counted:
            groups[kept.key].append(kept)
        changed = 0
        for key, own in sorted(groups.items()):
            context = await context_of(tx, key)
            if context is not None:
                cases = [_case(kept, book.get(kept.job_id, []), context) for kept in own]
                changed += await self._group(tx, cases, context)
        return changed

    async def _group(self, tx: Transaction, cases: list[_Case], context: Context) -> int:
        rule, now = context.acceptance, self._clock()
        votes = [case.counted() for case in cases]
        shares = posteriors(votes, context.fit)
        found = beliefs(votes, shares, context.fit, rule.stopping)
        changed: list[KeptJob] = []
        rows: list[LabelRow] = []
        messages = []
        for index, case in enumerate(cases):
            belief = found[index]
            after, changes = case.advanced(belief, rule)
            if after == case.kept.job and not changes:
                continue
            kept = replace(case.kept, job=after)
            for change in changes:
                if isinstance(change, Request):
                    messages.append(request_message(kept, change, now))
                    metrics.VOTE_REQUESTS.labels(change.action).inc()
                else:
                    kept = replace(kept, revision=kept.revision + 1)
                    probability = change.probability if isinstance(change, Accept) else belief.of_accepted
                    row = _row(kept, change, probability, _evidence(case, change, shares[index], context.fit))
                    rows.append(row)
                    messages.append(label_message(kept, row, now))
                    metrics.LABELS.labels(kept.project, row.state).inc()
            changed.append(kept)
        await tx.jobs.save(changed)
        await tx.labels.add(rows, now)
        await tx.outbox.publish(messages)
        return len(changed)


async def context_of(tx: Transaction, key: Major) -> Context | None:
    """Return what a project's jobs are judged by; None without a guideline."""
    classes = await tx.projects.classes(key)
    if classes is None:
        return None
    rule = await tx.projects.rule(key[0])
    fit = await tx.projects.fit(key)
    if fit is None or fit.fitted.name != rule.model:
        fit = fit_without_votes(rule.model, tuple(classes))
    return Context(rule, fit, frozenset(await tx.projects.blocked(key[0])))


def _by_job(annotations: Sequence[KeptAnnotation]) -> dict[str, list[KeptAnnotation]]:
    found: dict[str, list[KeptAnnotation]] = defaultdict(list)
    for each in annotations:
        found[each.annotation.job].append(each)
    return found


def _case(kept: KeptJob, annotations: Sequence[KeptAnnotation], context: Context) -> _Case:
    book = VoteBook(each.annotation for each in annotations if not each.is_review)
    experts = VoteBook(each.annotation for each in annotations if each.is_review)
    live = [each for each in experts.annotations() if each.label is not None]
    given = book.votes(kept.job_id)
    votes = [vote for vote in given if vote.annotator not in context.blocked]
    return _Case(
        kept,
        votes,
        len(given) - len(votes),
        max(live, key=lambda each: (each.at, each.annotation), default=None),
    )


def _row(
    kept: KeptJob,
    change: Accept | Withdraw,
    probability: float,
    evidence: dict[str, object],
) -> LabelRow:
    label = change.label if isinstance(change, Accept) else None
    state = "withdrawn" if label is None else "accepted" if kept.revision == 1 else "revised"
    return LabelRow(
        project=kept.project,
        job_id=kept.job_id,
        sample_id=kept.sample_id,
        revision=kept.revision,
        state=state,
        label=label,
        probability=probability,
        evidence=evidence,
        reason=change.reason,
    )


def _evidence(case: _Case, change: Accept | Withdraw, shares: Floats, fit: ProjectFit) -> dict[str, object]:
    """Return why. shares: (classes,), what the job's votes amount to."""
    votes, label = case.votes, change.label if isinstance(change, Accept) else None
    agreeing = sum(vote.label == label for vote in votes)
    likely = sorted(range(len(shares)), key=lambda index: -shares[index])[:SHOWN]
    return {
        "method": fit.fitted.name,
        "votes": len(votes),
        "annotators": [vote.annotator for vote in votes],
        "annotation_ids": [vote.annotation for vote in votes],
        "agreement": agreeing / len(votes) if votes else 0.0,
        "posterior": {fit.classes[i]: round(float(shares[i]), 6) for i in likely if shares[i] >= 0.001},
        "reviewed_by": case.expert.annotator if case.expert else None,
    }
