"""Events about labels, requests for votes, and quality.

Their ids are derived from the job and its revision or round, or from the project and the time.
"""

from collections.abc import Mapping
from datetime import datetime

from shoal.contracts.answers import ClassAnswer
from shoal.contracts.ids import stable_id
from shoal.contracts.labels import GuidelineRef, LabelAccepted, LabelEvidence, VotesRequested
from shoal.contracts.quality import (
    AnnotatorQuality,
    GuidelinePublished,
    PrecisionCertificate,
    QualityMeasured,
)
from shoal.contracts.topics import GUIDELINES_PUBLISHED, LABELS_ACCEPTED, QUALITY_METRICS, VOTES_REQUESTED
from shoal.messaging import OutgoingMessage, encode
from shoal_qa.domain.annotators.trust import AnnotatorState, Evidence
from shoal_qa.domain.certificates.promises import Promise
from shoal_qa.domain.jobs.lifecycle import Request
from shoal_qa.domain.projects.findings import Findings
from shoal_qa.domain.projects.metrics import cost_per_label
from shoal_qa.usecases.ports import LabelRow, StoredJob, Totals

SOURCE = "/shoal/qa"
States = Mapping[str, tuple[AnnotatorState, Evidence]]


def guideline_message(event: GuidelinePublished) -> OutgoingMessage:
    """Return the message about one version of a guideline."""
    version = event.guideline
    event_id = stable_id("guideline.published", event.project, version.major, version.minor)
    return encode(GUIDELINES_PUBLISHED, event, event_id=event_id, source=SOURCE, time=event.published_at)


def label_message(stored: StoredJob, row: LabelRow, now: datetime) -> OutgoingMessage:
    """Return the message about one revision of a label."""
    event = LabelAccepted(
        project=stored.project,
        sample_id=stored.sample_id,
        job_id=stored.job_id,
        campaign_id=stored.campaign_id,
        state=row.state,
        revision=row.revision,
        label=row.answer.label if isinstance(row.answer, ClassAnswer) else None,
        answer=row.answer,
        probability=row.probability,
        guideline=GuidelineRef(major=stored.major, minor=stored.minor),
        evidence=LabelEvidence.model_validate(row.evidence),
        reason=row.reason[:200],
        accepted_at=now,
    )
    event_id = stable_id("label.accepted", row.job_id, row.revision)
    return encode(LABELS_ACCEPTED, event, event_id=event_id, source=SOURCE, time=now)


def request_message(
    stored: StoredJob,
    request: Request,
    *,
    posterior: Mapping[str, float],
    skills: Mapping[str, float],
    now: datetime,
) -> OutgoingMessage:
    """Return the message that requests votes or a review, or cancels requested votes.

    posterior: the likeliest classes of the job. skills: of its voters, by name. Only reviewers see both, so
    only a review carries them.
    """
    is_review = request.action == "review"
    event = VotesRequested(
        project=stored.project,
        job_id=stored.job_id,
        sample_id=stored.sample_id,
        action=request.action,
        votes=request.votes,
        round=request.round,
        reason=request.reason,
        posterior=dict(posterior) if is_review else {},
        skills=dict(skills) if is_review else {},
        requested_at=now,
    )
    event_id = stable_id("votes.requested", stored.job_id, request.round)
    return encode(VOTES_REQUESTED, event, event_id=event_id, source=SOURCE, time=now)


def quality_measured(
    project: str,
    totals: Totals,
    *,
    findings: Findings,
    promise: Promise | None,
    states: States,
    now: datetime,
) -> QualityMeasured:
    """Return the event about a project's quality at `now`."""
    return QualityMeasured(
        project=project,
        votes=totals.votes,
        jobs_open=totals.jobs_open,
        labels_accepted=totals.labels_accepted,
        reviews_open=totals.reviews_open,
        agreement=findings.alpha,
        gold_accuracy=findings.gold_accuracy,
        cost_per_accepted_label=cost_per_label(totals.spent, totals.labels_accepted),
        annotators=tuple(_annotator_quality(name, *state) for name, state in sorted(states.items())),
        certificate=_precision_certificate(promise) if promise else None,
        measured_at=now,
    )


def quality_message(event: QualityMeasured) -> OutgoingMessage:
    """Return the message of a quality event."""
    event_id = stable_id("quality.measured", event.project, event.measured_at.isoformat())
    return encode(QUALITY_METRICS, event, event_id=event_id, source=SOURCE, time=event.measured_at)


def _precision_certificate(promise: Promise) -> PrecisionCertificate:
    return PrecisionCertificate(
        target=promise.target,
        confidence=promise.confidence,
        threshold=promise.threshold,
        bound=promise.bound,
        gold=promise.gold,
        gold_accepted=promise.accepted_gold,
        coverage=promise.coverage,
        more_gold=promise.more_gold,
    )


def _annotator_quality(name: str, state: AnnotatorState, evidence: Evidence) -> AnnotatorQuality:
    provider, _, annotator = name.partition("/")
    return AnnotatorQuality(
        provider=provider,
        annotator=annotator,
        votes=evidence.votes,
        skill=evidence.skill,
        skill_low=evidence.low,
        skill_high=evidence.high,
        gold_answered=evidence.gold_answered,
        gold_right=evidence.gold_right,
        state=state,
        warnings=tuple(sorted(evidence.alarms)),
    )
