"""Outcomes of evaluations: what the votes of jobs change under a rule and a fit. Nothing is stored here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.domain.votes.book import Annotation, Vote, VoteBook
from shoal_qa.usecases.ports import LabelRow, StoredAnnotation, StoredJob
from shoal_qa.usecases.rules import Rule

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A job before and after an evaluation that changes it.

    steps: what is to announce, in order, with the job at that step. posterior: of the likeliest classes.
    """

    before: StoredJob
    after: StoredJob
    steps: Sequence[tuple[StoredJob, Request | LabelRow]]
    posterior: Mapping[str, float]


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


def job_outcomes(
    jobs: Sequence[StoredJob], annotations: Sequence[StoredAnnotation], context: Context
) -> list[Outcome]:
    """Return the outcomes of the jobs that change. annotations: every revision of those of the jobs."""
    by_job = _by_job(annotations)
    cases = [_make_case(stored, by_job.get(stored.job_id, []), context) for stored in jobs]
    rule = context.acceptance
    votes = [case.counted() for case in cases]
    shares = job_posteriors(votes, context.fit)
    beliefs = job_beliefs(votes, shares, context.fit, rule.stopping)
    outcomes = []
    for index, case in enumerate(cases):
        after, changes = case.advanced(beliefs[index], rule)
        if after != case.stored.job or changes:
            belief = beliefs[index]
            outcomes.append(
                _make_outcome(case, after, changes, belief=belief, shares=shares[index], fit=context.fit)
            )
    return outcomes


def _make_outcome(
    case: _Case, after: Job, changes: Sequence[Change], *, belief: Belief, shares: Floats, fit: ProjectFit
) -> Outcome:
    stored = replace(case.stored, job=after)
    steps: list[tuple[StoredJob, Request | LabelRow]] = []
    for change in changes:
        if isinstance(change, Request):
            steps.append((stored, change))
            continue
        stored = replace(stored, revision=stored.revision + 1)
        probability = change.probability if isinstance(change, Accept) else belief.of_accepted
        evidence = _label_evidence(case, change, shares, fit)
        steps.append((stored, _label_row(stored, change, probability, evidence)))
    return Outcome(before=case.stored, after=stored, steps=steps, posterior=_likely_classes(shares, fit))


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
