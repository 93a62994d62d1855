"""Consumers and broadcasts: pass the events of topics to use cases."""

from collections.abc import Sequence

from shoal.contracts import topics
from shoal.contracts.labels import LabelAccepted
from shoal.contracts.providers import ProvidersChanged
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import SampleEmbedded, SampleErased
from shoal.contracts.selections import CampaignChanged
from shoal.messaging import Broadcast, Consumer, Received, Rejection
from shoal.vectors import BadVector
from shoal_sampler.usecases.campaigns.directory import CampaignDirectory, GuidelineDirectory
from shoal_sampler.usecases.providers import ProviderDirectory
from shoal_sampler.usecases.stream.arrivals import Arrival, read_arrival
from shoal_sampler.usecases.stream.learn import LearnLabels
from shoal_sampler.usecases.stream.receive import ReceiveSamples

GROUP = "sampler"


def sample_consumer(receive: ReceiveSamples) -> Consumer[SampleEmbedded]:
    """Return the consumer of samples.embedded."""

    async def handle(batch: Sequence[Received[SampleEmbedded]]) -> Sequence[Rejection]:
        arrivals: list[Arrival] = []
        refused: list[Rejection] = []
        for record in batch:
            try:
                arrivals.append(read_arrival(record.event))
            except BadVector as error:
                fix = f"send {record.event.embedding.generation.dimension} finite float32 numbers, little-endian"
                refused.append(Rejection(record, "bad_vector", f"embedding.vector: {error}; {fix}"))
        await receive(arrivals)
        return refused

    return Consumer(topic=topics.SAMPLES_EMBEDDED, group=GROUP, handle=handle)


def label_consumer(learn: LearnLabels) -> Consumer[LabelAccepted]:
    """Return the consumer of labels.accepted."""

    async def handle(batch: Sequence[Received[LabelAccepted]]) -> Sequence[Rejection]:
        await learn.add_labels([record.event for record in batch])
        return []

    return Consumer(topic=topics.LABELS_ACCEPTED, group=GROUP, handle=handle)


def erasure_consumer(learn: LearnLabels) -> Consumer[SampleErased]:
    """Return the consumer of samples.erased."""

    async def handle(batch: Sequence[Received[SampleErased]]) -> Sequence[Rejection]:
        await learn.forget_samples([record.event for record in batch])
        return []

    return Consumer(topic=topics.SAMPLES_ERASED, group=GROUP, handle=handle)


def campaign_broadcast(campaigns: CampaignDirectory) -> Broadcast[CampaignChanged]:
    """Return the reader of campaigns.changed."""
    return Broadcast(topics.CAMPAIGNS_CHANGED, campaigns.apply)


def guideline_broadcast(guidelines: GuidelineDirectory) -> Broadcast[GuidelinePublished]:
    """Return the reader of guidelines.published."""
    return Broadcast(topics.GUIDELINES_PUBLISHED, guidelines.apply)


def provider_broadcast(providers: ProviderDirectory) -> Broadcast[ProvidersChanged]:
    """Return the reader of providers.changed."""
    return Broadcast(topics.PROVIDERS_CHANGED, providers.apply)
