"""The consumers of topics, which call the use cases."""

from collections.abc import Sequence

from shoal.contracts.ids import is_sample_id
from shoal.contracts.samples import InferenceHalf, SampleReferenced
from shoal.contracts.topics import INFERENCE_RECEIVED, SAMPLES_REFERENCED
from shoal.messaging import Consumer, Received, Rejection
from shoal_ingest.usecases.fetch_images import QueueFetches
from shoal_ingest.usecases.halves.join_halves import JoinHalves
from shoal_ingest.usecases.media.ports import Reference

GROUP = "ingest-joiner"
FETCHER_GROUP = "ingest-fetcher"


def half_consumer(join: JoinHalves) -> Consumer[InferenceHalf]:
    """Return the consumer of inference.received."""

    async def handle(batch: Sequence[Received[InferenceHalf]]) -> Sequence[Rejection]:
        rejected = await join([record.event for record in batch])
        return [item.rejection(batch) for item in rejected]

    return Consumer(topic=INFERENCE_RECEIVED, group=GROUP, handle=handle)


def reference_consumer(queue_fetches: QueueFetches) -> Consumer[SampleReferenced]:
    """Return the consumer of samples.referenced, which fetches no image itself."""

    async def handle(batch: Sequence[Received[SampleReferenced]]) -> Sequence[Rejection]:
        good = [record for record in batch if is_sample_id(record.event.sample_id)]
        await queue_fetches(
            [Reference(record.event, record.id, record.partition, record.offset) for record in good]
        )
        return [
            Rejection(record, "event_invalid", "sample_id: no UUID; send the id that ingest derives")
            for record in batch
            if not is_sample_id(record.event.sample_id)
        ]

    return Consumer(topic=SAMPLES_REFERENCED, group=FETCHER_GROUP, handle=handle)
