"""Kafka consumers that call the use cases. All are idempotent: a batch may repeat, also split differently."""

from collections.abc import Sequence

from shoal.contracts import topics
from shoal.contracts.labels import AnnotationSubmitted, LabelingJob
from shoal.contracts.samples import SampleErased
from shoal.contracts.selections import SamplingDecided
from shoal.messaging import Consumer, Received, Rejection
from shoal_qa.usecases.annotations.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.decisions import RecordDecisions
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.ports import ReceivedAnnotation

GROUP = "qa"


def job_consumer(record_jobs: RecordJobs) -> Consumer[LabelingJob]:
    """Return the consumer of labeling.jobs."""

    async def handle(batch: Sequence[Received[LabelingJob]]) -> Sequence[Rejection]:
        rejected = await record_jobs([record.event for record in batch])
        return [item.rejection(batch) for item in rejected]

    return Consumer(topic=topics.LABELING_JOBS, group=GROUP, handle=handle)


def annotation_consumer(record_annotations: RecordAnnotations) -> Consumer[AnnotationSubmitted]:
    """Return the consumer of labels.submitted."""

    async def handle(batch: Sequence[Received[AnnotationSubmitted]]) -> Sequence[Rejection]:
        arrived = [
            ReceivedAnnotation(record.event, f"{record.partition}/{record.offset}") for record in batch
        ]
        rejected = await record_annotations(arrived)
        return [item.rejection(batch) for item in rejected]

    return Consumer(topic=topics.LABELS_SUBMITTED, group=GROUP, handle=handle)


def decision_consumer(keep: RecordDecisions) -> Consumer[SamplingDecided]:
    """Return the consumer of sampling.decisions."""

    async def handle(batch: Sequence[Received[SamplingDecided]]) -> Sequence[Rejection]:
        await keep([record.event for record in batch])
        return []

    return Consumer(topic=topics.SAMPLING_DECISIONS, group=GROUP, handle=handle)


def erasure_consumer(erase: EraseSamples) -> Consumer[SampleErased]:
    """Return the consumer of samples.erased."""

    async def handle(batch: Sequence[Received[SampleErased]]) -> Sequence[Rejection]:
        await erase([record.event for record in batch])
        return []

    return Consumer(topic=topics.SAMPLES_ERASED, group=GROUP, handle=handle)
