"""Topics and the use cases that take their events.

Everything is idempotent: a batch may arrive again, also split differently.
"""

from collections.abc import Callable, Sequence

from shoal.contracts import topics
from shoal.contracts.labels import LabelingJob, VotesRequested
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import SampleErased
from shoal.messaging import Broadcast, Consumer, Received, Rejection
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.usecases.jobs.create_jobs import CreateJobs
from shoal_gateway.usecases.jobs.erase_samples import EraseSamples
from shoal_gateway.usecases.jobs.request_votes import RequestVotes
from shoal_gateway.usecases.translate import to_guideline

GROUP = "labeling-gateway"


def job_consumer(create: CreateJobs) -> Consumer[LabelingJob]:
    """Return the consumer of labeling.jobs."""

    async def handle(batch: Sequence[Received[LabelingJob]]) -> Sequence[Rejection]:
        rejected = await create([record.event for record in batch])
        return [item.rejection(batch) for item in rejected]

    return Consumer(topic=topics.LABELING_JOBS, group=GROUP, handle=handle)


def vote_consumer(request: RequestVotes) -> Consumer[VotesRequested]:
    """Return the consumer of votes.requested."""

    async def handle(batch: Sequence[Received[VotesRequested]]) -> Sequence[Rejection]:
        rejected = await request([record.event for record in batch])
        return [item.rejection(batch) for item in rejected]

    return Consumer(topic=topics.VOTES_REQUESTED, group=GROUP, handle=handle)


def erasure_consumer(erase: EraseSamples) -> Consumer[SampleErased]:
    """Return the consumer of samples.erased."""

    async def handle(batch: Sequence[Received[SampleErased]]) -> Sequence[Rejection]:
        await erase([record.event for record in batch])
        return []

    return Consumer(topic=topics.SAMPLES_ERASED, group=GROUP, handle=handle)


def guideline_broadcast(announce: Callable[[Guideline], None]) -> Broadcast[GuidelinePublished]:
    """Return the reader of guidelines.published, for every replica."""
    return Broadcast(topics.GUIDELINES_PUBLISHED, lambda record: announce(to_guideline(record.event)))
