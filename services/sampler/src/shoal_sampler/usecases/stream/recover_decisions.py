"""Decisions that Kafka has and the database lacks, because it was restored to an earlier moment.

Deciding again could choose other samples, while those that were chosen are being labelled from the budget.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from shoal.contracts.labels import LabelingJob
from shoal.contracts.samples import SampleEmbedded
from shoal.contracts.selections import SamplingDecided
from shoal.crops import crop_samples
from shoal.vectors import BadVector
from shoal_sampler.domain.campaigns.audit import POLICY as AUDIT
from shoal_sampler.domain.campaigns.decisions import PolicyDecision, Record
from shoal_sampler.usecases.ports import Effect, Outcome, SampleJob, Store
from shoal_sampler.usecases.stream.arrivals import read_arrival

OWN_PURPOSES = ("label", "audit")  # gold items are qa's


class RecoverDecisions:
    """Stores decisions, and what their jobs reserved and chose. Idempotent.

    jobs: those on the topic. A decision that took a sample whose job is not there is made again.
    """

    def __init__(self, store: Store, jobs: Sequence[LabelingJob]) -> None:
        self._store = store
        self._jobs = {(job.project, job.sample_id): job for job in jobs if job.purpose in OWN_PURPOSES}

    async def add_chosen(self, events: Sequence[SampleEmbedded]) -> int:
        """Store the vectors of samples with a job, before their decisions; return how many were missing."""
        by_project: dict[str, list[SampleJob]] = defaultdict(list)
        for event in (unit for sample in events for unit in (sample, *crop_samples(sample))):
            job = self._jobs.get((event.project, event.sample_id))
            if job is not None and (sample_job := _sample_job(event, job)) is not None:
                by_project[event.project].append(sample_job)
        count = 0
        for name, jobs in sorted(by_project.items()):
            async with self._store.project(name) as project:
                unique = {job.sample.sample_id: job for job in jobs}
                latest = max(self._jobs[name, sample_id].requested_at for sample_id in unique)
                count += await project.decisions.recover_chosen(list(unique.values()), latest)
        return count

    async def add_decisions(self, events: Sequence[SamplingDecided]) -> int:
        """Store decisions and spending; return how many decisions were missing."""
        days: dict[tuple[str, datetime], dict[str, SamplingDecided]] = defaultdict(dict)
        for event in events:
            key = event.project, event.sample_id
            if key in self._jobs or not any(decision.taken for decision in event.decisions):
                day = event.decided_at.replace(hour=0, minute=0, second=0, microsecond=0)
                days[event.project, day].setdefault(event.sample_id, event)
        return sum([await self._add_day(*key, by_sample) for key, by_sample in sorted(days.items())])

    async def _add_day(self, name: str, day: datetime, by_sample: Mapping[str, SamplingDecided]) -> int:
        async with self._store.project(name) as project:
            decided = await project.decisions.among(by_sample)
            missing = [event for sample_id, event in by_sample.items() if sample_id not in decided]
            jobs = [job for event in missing if (job := self._jobs.get((name, event.sample_id)))]
            if missing:
                outcome = Outcome(
                    records=[_record_of(event) for event in missing],
                    effects=list(_effects_of(missing, jobs)),
                    audit_votes=sum(job.max_votes for job in jobs if job.purpose == "audit"),
                    sample_jobs=[],
                    messages=[],
                    parents={event.sample_id: event.parent_id for event in missing if event.parent_id},
                )
                await project.decisions.add(outcome, day)
            await project.waiting.drop(by_sample)
        return len(missing)


def _sample_job(event: SampleEmbedded, job: LabelingJob) -> SampleJob | None:
    try:
        sample = read_arrival(event).sample
    except BadVector:
        return None  # it has no job either: the sampler refused it
    return SampleJob(
        sample=sample,
        job_id=job.job_id,
        purpose=job.purpose,
        campaign_id=job.campaign_id,
        campaign=job.campaign,
        votes=job.max_votes,
        received_at=job.received_at,
    )


def _record_of(event: SamplingDecided) -> Record:
    decisions = [
        PolicyDecision(
            policy=decision.policy,
            version=decision.version,
            probability=decision.probability,
            is_taken=decision.taken,
            reason=decision.reason,
            score=decision.score,
        )
        for decision in event.decisions
    ]
    return Record(event.sample_id, decisions)


def _effects_of(events: Sequence[SamplingDecided], jobs: Sequence[LabelingJob]) -> Iterator[Effect]:
    """Yield what decisions changed for each campaign.

    Samples that a campaign saw without a chance to take them, and duplicates, are not on the topic.
    """
    paid: dict[str, list[LabelingJob]] = defaultdict(list)
    for job in jobs:
        paid[job.campaign_id or ""].append(job)
    looked: dict[str, list[bool]] = defaultdict(list)
    for decision in (decision for event in events for decision in event.decisions):
        if decision.policy != AUDIT:
            looked[decision.policy.partition(":")[2]].append(decision.taken)
    for campaign_id in sorted((looked.keys() | paid.keys()) - {""}):
        verdicts, own = looked[campaign_id], paid[campaign_id]
        yield Effect(
            campaign_id=campaign_id,
            votes=sum(job.max_votes for job in own),
            jobs=len(own),
            samples_seen=len(verdicts),
            eligible=len(verdicts),
            samples_taken=sum(verdicts),
            shared=sum(verdicts) - len(own),
            duplicates=0,
            credit=None,
        )
