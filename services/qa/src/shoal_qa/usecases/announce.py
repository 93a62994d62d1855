"""Labels and requests as events; ids are derived from the job and the revision or round."""

from datetime import datetime

from shoal.contracts.ids import stable_id
from shoal.contracts.labels import GuidelineRef, LabelAccepted, LabelEvidence, VotesRequested
from shoal.contracts.topics import LABELS_ACCEPTED, VOTES_REQUESTED
from shoal.messaging import OutgoingMessage, encode
from shoal_qa.domain.lifecycle import Request
from shoal_qa.usecases.ports import KeptJob, LabelRow

SOURCE = "/shoal/qa"


def label_message(kept: KeptJob, row: LabelRow, now: datetime) -> OutgoingMessage:
    """Return the event of one revision of a label."""
    event = LabelAccepted(
        project=kept.project,
        sample_id=kept.sample_id,
        job_id=kept.job_id,
        campaign_id=kept.campaign_id,
        state=row.state,
        revision=row.revision,
        label=row.label,
        probability=row.probability,
        guideline=GuidelineRef(major=kept.major, minor=kept.minor),
        evidence=LabelEvidence.model_validate(row.evidence),
        reason=row.reason[:200],
        accepted_at=now,
    )
    event_id = stable_id("label.accepted", row.job_id, row.revision)
    return encode(LABELS_ACCEPTED, event, event_id=event_id, source=SOURCE, time=now)


def request_message(kept: KeptJob, request: Request, now: datetime) -> OutgoingMessage:
    """Return the event that asks for votes."""
    event = VotesRequested(
        project=kept.project,
        job_id=kept.job_id,
        sample_id=kept.sample_id,
        action=request.action,
        votes=request.votes,
        round=request.round,
        reason=request.reason,
        requested_at=now,
    )
    event_id = stable_id("votes.requested", kept.job_id, request.round)
    return encode(VOTES_REQUESTED, event, event_id=event_id, source=SOURCE, time=now)
