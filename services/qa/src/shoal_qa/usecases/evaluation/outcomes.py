"""Outcomes of evaluations: what the votes of jobs change under a rule and a fit. Nothing is stored here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from shoal.contracts.label_schemas import LabelSchema
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
from shoal_qa.domain.votes.book import Annotation, Vote, VoteBook
from shoal_qa.usecases.answers.differences.distances import agrees_with
from shoal_qa.usecases.answers.fits.job_beliefs import answer_beliefs
from shoal_qa.usecases.answers.kinds import answer_of, is_single_choice
from shoal_qa.usecases.evaluation.evidence import AnswerBeliefs, ClassBeliefs, Parts
from shoal_qa.usecases.ports import LabelRow, StoredAnnotation, StoredJob
from shoal_qa.usecases.rules import Rule

SEVERAL = "(several)"
WAITING = ("open", "review")  # states of jobs whose votes are counted in their row


@dataclass(frozen=True, slots=True)
class Context:
    """The rule, fit, blocked annotators and label schema that apply to jobs of one project and major."""

    rule: Rule
    fit: ProjectFit
    blocked: frozenset[str]
    schema: LabelSchema

    @property
    def acceptance(self) -> AcceptanceRule:
        """Return the rule of acceptance, with the certificate's threshold if the rule has a target."""
        return self.rule.acceptance(self.fit.promise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A job before and after an evaluation that changes it, or only the number of its votes.

    steps: what is to announce, in order, with the job at that step. posterior: of the likeliest classes.
    provider: of the counted votes, SEVERAL if they differ; of the expert without votes; empty without both.
    """

    before: StoredJob
    after: StoredJob
    provider: str = ""
    steps: Sequence[tuple[StoredJob, Request | LabelRow]] = ()
    posterior: Mapping[str, float] = field(default_factory=dict)

    @property
    def changes_job(self) -> bool:
        """Return whether more changes than the number of votes."""
        return self.after.job != self.before.job or bool(self.steps)

    @property
    def requests_review(self) -> bool:
        """Return whether the job goes to an expert."""
        return any(isinstance(step, Request) and step.action == "review" for _, step in self.steps)


@dataclass(frozen=True, slots=True)
class _Case:
    stored: StoredJob
    votes: list[Vote]
    blocked: int
    expert: Annotation | None

    def counted(self) -> JobVotes:
        votes = [(vote.annotator, vote.label) for vote in self.votes]
        return JobVotes(votes, self.stored.job.most, self.stored.job.label, self.blocked)

    def provider(self) -> str:
        """Return the provider of the counted votes, or of the expert if there are none."""
        annotators = [vote.annotator for vote in self.votes]
        if not annotators and self.expert is not None:
            annotators = [self.expert.annotator]
        providers = {annotator.partition("/")[0] for annotator in annotators}
        return SEVERAL if len(providers) > 1 else "".join(providers)

    def noted(self, after: Job) -> StoredJob:
        """Return the job after its evaluation, with its votes; those of settled jobs are not kept."""
        if after == self.stored.job and after.state not in WAITING:
            return self.stored
        votes, labels = len(self.votes) + self.blocked, {vote.label for vote in self.votes}
        voted = self.stored.voted or votes > 0
        return replace(self.stored, job=after, voted=voted, votes=votes, disputed=len(labels) > 1)

    def advanced(self, belief: Belief, rule: AcceptanceRule) -> tuple[Job, list[Change]]:
        """Return the job after its expert's answer, or else its votes. Only live annotations matter."""
        job, expert = self.stored.job, self.expert
        if expert is not None and expert.label is not None and job.state != "erased":
            return settle_by_expert(job, expert.label, expert.annotator, belief.collected)
        return advance_job(without_expert(job), belief, rule)


def job_outcomes(
    jobs: Sequence[StoredJob], annotations: Sequence[StoredAnnotation], context: Context
) -> list[Outcome]:
    """Return the outcomes of jobs that change. annotations: every revision of those of the jobs."""
    revisions = by_job(annotations)
    cases = [_make_case(stored, revisions.get(stored.job_id, []), context) for stored in jobs]
    rule = context.acceptance
    believed = beliefs_of([case.counted() for case in cases], context)
    beliefs, outcomes = believed.beliefs, []
    for index, case in enumerate(cases):
        belief = beliefs[index]
        after, changes = case.advanced(belief, rule)
        if after != case.stored.job or changes:
            parts = believed.evidence(index)
            outcomes.append(_make_outcome(case, after, changes, belief=belief, parts=parts, context=context))
        elif (noted := case.noted(after)) != case.stored:
            outcomes.append(Outcome(before=case.stored, after=noted, provider=case.provider()))
    return outcomes


def beliefs_of(votes: Sequence[JobVotes], context: Context) -> ClassBeliefs | AnswerBeliefs:
    """Return the belief about each job, and the evidence for it."""
    rule = context.acceptance.stopping
    if not is_single_choice(context.schema):
        return AnswerBeliefs(answer_beliefs(votes, context.schema, context.fit, rule))
    shares = job_posteriors(votes, context.fit)
    return ClassBeliefs(job_beliefs(votes, shares, context.fit, rule), shares, context.fit)


def _make_outcome(
    case: _Case,
    after: Job,
    changes: Sequence[Change],
    *,
    belief: Belief,
    parts: Parts,
    context: Context,
) -> Outcome:
    stored = case.noted(after)
    steps: list[tuple[StoredJob, Request | LabelRow]] = []
    for change in changes:
        if isinstance(change, Request):
            steps.append((stored, change))
            continue
        stored = replace(stored, revision=stored.revision + 1)
        probability = change.probability if isinstance(change, Accept) else belief.of_accepted
        evidence = _label_evidence(case, change, parts, context)
        steps.append(
            (
                stored,
                _label_row(stored, change, probability=probability, evidence=evidence, schema=context.schema),
            )
        )
    return Outcome(
        before=case.stored,
        after=stored,
        provider=case.provider(),
        steps=steps,
        posterior=parts.posterior,
    )


def by_job(annotations: Sequence[StoredAnnotation]) -> dict[str, list[StoredAnnotation]]:
    """Return annotations by the id of their job."""
    grouped: dict[str, list[StoredAnnotation]] = defaultdict(list)
    for annotation in annotations:
        grouped[annotation.annotation.job].append(annotation)
    return grouped


def votes_of(job_id: str, annotations: Sequence[StoredAnnotation]) -> list[Vote]:
    """Return a job's votes, one of each annotator. annotations: every revision of those of the job."""
    book = VoteBook(annotation.annotation for annotation in annotations if not annotation.is_review)
    return book.votes(job_id)


def _make_case(stored: StoredJob, annotations: Sequence[StoredAnnotation], context: Context) -> _Case:
    experts = VoteBook(annotation.annotation for annotation in annotations if annotation.is_review)
    live = [annotation for annotation in experts.annotations() if annotation.label is not None]
    all_votes = votes_of(stored.job_id, annotations)
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
    *,
    probability: float,
    evidence: dict[str, object],
    schema: LabelSchema,
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
        answer=answer_of(schema, label),
        probability=probability,
        evidence=evidence,
        reason=change.reason,
    )


def _label_evidence(
    case: _Case, change: Accept | Withdraw, parts: Parts, context: Context
) -> dict[str, object]:
    votes, label = case.votes, change.label if isinstance(change, Accept) else None
    agreeing = 0 if label is None else sum(agrees_with(context.schema, label, vote.label) for vote in votes)
    return {
        "method": context.fit.fitted.name,
        "votes": len(votes),
        "annotators": [vote.annotator for vote in votes],
        "annotation_ids": [vote.annotation for vote in votes],
        "agreement": agreeing / len(votes) if votes else 0.0,
        "reviewed_by": case.expert.annotator if case.expert else None,
        **parts.columns(is_expert=case.expert is not None),
    }
