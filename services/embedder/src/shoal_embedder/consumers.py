"""The consumers of topics, which call the use cases."""

from collections.abc import Awaitable, Callable, Sequence

from shoal.contracts.ids import is_sample_id
from shoal.contracts.samples import SampleErased, SampleIngested
from shoal.contracts.topics import SAMPLES_BOXED, SAMPLES_ERASED, SAMPLES_INGESTED
from shoal.messaging import Broadcast, Consumer, Received, Rejection
from shoal_embedder.usecases.embed import EmbedSamples
from shoal_embedder.usecases.erased import Erased, EraseSamples
from shoal_embedder.usecases.supplied import Arrival

GROUP = "embedder"
CROPS_GROUP = "embedder-crops"
NO_ID = "sample_id: no UUID, as Qdrant needs; send the id that ingest derives"


def sample_consumer(embed: EmbedSamples, max_records: int) -> Consumer[SampleIngested]:
    """Return the consumer of samples.ingested."""
    return Consumer(
        topic=SAMPLES_INGESTED, group=GROUP, handle=_embed_batches(embed), max_records=max_records
    )


def crops_consumer(embed: EmbedSamples, max_records: int) -> Consumer[SampleIngested]:
    """Return the consumer of samples.boxed: an image takes as long as all of its crops together."""
    return Consumer(
        topic=SAMPLES_BOXED, group=CROPS_GROUP, handle=_embed_batches(embed), max_records=max_records
    )


def _embed_batches(
    embed: EmbedSamples,
) -> Callable[[Sequence[Received[SampleIngested]]], Awaitable[Sequence[Rejection]]]:
    async def handle(batch: Sequence[Received[SampleIngested]]) -> Sequence[Rejection]:
        good = [record for record in batch if is_sample_id(record.event.sample_id)]
        rejected = await embed([Arrival(record.event, record.id) for record in good])
        return [
            *(item.rejection(good) for item in rejected),
            *(
                Rejection(record, "event_invalid", NO_ID)
                for record in batch
                if not is_sample_id(record.event.sample_id)
            ),
        ]

    return handle


def erasure_consumer(erase: EraseSamples) -> Consumer[SampleErased]:
    """Return the consumer of samples.erased; one replica deletes a sample."""

    async def handle(batch: Sequence[Received[SampleErased]]) -> Sequence[Rejection]:
        await erase([record.event for record in batch])
        return []

    return Consumer(topic=SAMPLES_ERASED, group=GROUP, handle=handle)


def erasure_broadcast(erased: Erased) -> Broadcast[SampleErased]:
    """Return the broadcast of samples.erased, from which every replica learns the samples to ignore."""
    return Broadcast(SAMPLES_ERASED, lambda record: erased.add(record.event))
