"""Decisions and jobs as events; their ids derive from the sample, so a repeated event keeps its id."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shoal.contracts import topics
from shoal.contracts.ids import job_id, stable_id
from shoal.contracts.labels import GuidelineRef, LabelingJob
from shoal.contracts.samples import SampleEmbedded, SampleErased
from shoal.contracts.selections import CampaignChanged, PolicyDecision, SamplingDecided
from shoal.messaging import OutgoingMessage, encode
from shoal_sampler.domain.campaigns.decisions import Job, Record

SOURCE = "shoal/sampler"


def decision_message(record: Record, event: SampleEmbedded, now: datetime) -> OutgoingMessage:
    """Return the event of a record."""
    prediction = event.prediction
    decided = SamplingDecided(
        project=event.project,
        sample_id=record.sample_id,
        decisions=tuple(
            PolicyDecision(
                policy=decision.policy,
                version=decision.version,
                probability=decision.probability,
                score=decision.score,
                taken=decision.is_taken,
                reason=decision.reason,
            )
            for decision in record.decisions
        ),
        predicted_label=prediction.label if prediction else None,
        model=prediction.model if prediction else None,
        model_version=prediction.version if prediction else None,
        parent_id=event.parent_id,
        occurred_at=event.occurred_at,
        decided_at=now,
    )
    event_id = stable_id("sampling.decided", event.project, record.sample_id)
    return encode(topics.SAMPLING_DECISIONS, decided, event_id=event_id, source=SOURCE, time=now)


def campaign_message(event: CampaignChanged) -> OutgoingMessage:
    """Return the event of one version of a campaign."""
    event_id = stable_id("campaign.changed", event.campaign_id, event.version)
    return encode(topics.CAMPAIGNS_CHANGED, event, event_id=event_id, source=SOURCE, time=event.changed_at)


def crop_erased_message(image: SampleErased, crop: str) -> OutgoingMessage:
    """Return the event that erases a crop of an erased image; other services do not know its crops."""
    event = image.model_copy(update={"sample_id": crop})
    event_id = stable_id("sample.erased", event.project, crop)
    return encode(topics.SAMPLES_ERASED, event, event_id=event_id, source=SOURCE, time=event.erased_at)


def job_message(
    job: Job, event: SampleEmbedded, *, guideline: GuidelineRef, campaign: str | None, now: datetime
) -> OutgoingMessage:
    """Return the event that requests the job's votes. campaign: the name of the job's campaign."""
    labeling_job = LabelingJob(
        project=event.project,
        job_id=job_id(event.project, job.sample_id, guideline.major, job.purpose),
        sample_id=job.sample_id,
        purpose=job.purpose,
        guideline=guideline,
        content=event.content,
        prediction=event.prediction,
        campaign_id=job.campaign_id,
        provider=job.provider,
        priority=job.priority,
        votes=job.votes,
        max_votes=job.max_votes,
        group=event.group,
        source=event.source,
        source_id=event.source_id,
        tags=event.tags,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        campaign=campaign,
        requested_at=now,
    )
    event_id = stable_id("labeling.job", labeling_job.job_id)
    return encode(topics.LABELING_JOBS, labeling_job, event_id=event_id, source=SOURCE, time=now)


def window_messages(
    records: Sequence[Record],
    events: dict[str, SampleEmbedded],
    *,
    guideline: GuidelineRef | None,
    campaigns: Mapping[str, str],
    now: datetime,
) -> list[OutgoingMessage]:
    """Return the events of all records and jobs. campaigns: names by id."""
    out = [decision_message(record, events[record.sample_id], now) for record in records]
    jobs = [record.job for record in records if record.job is not None]
    if jobs and guideline is None:
        raise ValueError("a job needs a guideline")
    if guideline is not None:
        out += [
            job_message(
                job,
                events[job.sample_id],
                guideline=guideline,
                campaign=campaigns.get(job.campaign_id or ""),
                now=now,
            )
            for job in jobs
        ]
    return out
