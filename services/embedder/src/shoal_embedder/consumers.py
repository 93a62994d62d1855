"""The consumers of topics, which call the use cases."""

from collections.abc import Awaitable, Callable, Sequence

from shoal.contracts.samples import SampleErased, SampleIngested
from shoal.contracts.topics import SAMPLES_BOXED, SAMPLES_ERASED, SAMPLES_INGESTED
from shoal.messaging import Broadcast, Consumer, Received, Rejection
from shoal_embedder.usecases.embed import EmbedSamples
from shoal_embedder.usecases.erased import Erased, EraseSamples
from shoal_embedder.usecases.supplied import Arrival

GROUP = "embedder"
CROPS_GROUP = "embedder-crops"


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
        rejected = await embed([Arrival(record.event, record.id) for record in batch])
        return [item.rejection(batch) for item in rejected]

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
