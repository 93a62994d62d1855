"""Decided windows as metrics."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from shoal.observability.campaigns import campaign_label
from shoal.observability.metrics import STAGES
from shoal.observability.traces import exemplar_of
from shoal_sampler import metrics
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.usecases.ports import Outcome, SampleJob


def count_window(project: str, outcomes: Sequence[Outcome], *, seconds: float, now: datetime) -> None:
    """Count the decisions, jobs and votes of a stored window, and how long its samples took until here."""
    metrics.WINDOW_SECONDS.observe(seconds)
    records = Counter(_record_outcome(record) for outcome in outcomes for record in outcome.records)
    for name, count in records.items():
        metrics.DECIDED.labels(project, name).inc(count)
    for job in (job for outcome in outcomes for job in outcome.sample_jobs):
        _count_job(project, job, now)


def _record_outcome(record: Record) -> str:
    if record.is_taken:
        return "taken"
    return "duplicate" if record.repeats else "left"


def _count_job(project: str, job: SampleJob, now: datetime) -> None:
    campaign = campaign_label(job.campaign, job.purpose)
    metrics.JOBS_CREATED.labels(project, campaign, job.purpose).inc()
    metrics.VOTES_RESERVED.labels(project, campaign, job.purpose).inc(job.votes)
    if job.received_at is not None:
        waited = (now - job.received_at).total_seconds()
        STAGES.labels(project, campaign, "job").observe(max(0.0, waited), exemplar_of(job.sample.sample_id))
