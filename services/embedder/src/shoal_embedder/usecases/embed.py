"""Embed samples: store the vector, then publish the event; both are idempotent by the sample's id."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from shoal.contracts.ids import stable_id
from shoal.contracts.samples import Embedding, Generation, SampleEmbedded
from shoal.contracts.topics import SAMPLES_EMBEDDED
from shoal.messaging import OutgoingMessage, Publisher, RejectedItem, encode
from shoal.observability.metrics import STAGES
from shoal.observability.traces import exemplar_of
from shoal_embedder import metrics
from shoal_embedder.usecases.encode import EncodeSamples
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.ports import OtherDimension, Point, VectorStore
from shoal_embedder.usecases.supplied import Arrival, Embedded, needs_image, read_supplied

SOURCE = "/shoal/embedder"


class EmbedSamples:
    """Processes batches: a producer's vectors are stored unchanged, the other samples are encoded.

    Images are read while the other samples of the batch are stored and published.
    """

    def __init__(
        self,
        *,
        encode: EncodeSamples,
        store: VectorStore,
        erased: Erased,
        publisher: Publisher,
        clock: Callable[[], datetime],
    ) -> None:
        self._encode = encode
        self._store = store
        self._erased = erased
        self._publisher = publisher
        self._clock = clock

    async def __call__(self, arrivals: Sequence[Arrival]) -> list[RejectedItem]:
        """Embed, store and publish samples. Return the permanently bad ones; raise on outages."""
        present = [
            (index, arrival)
            for index, arrival in enumerate(arrivals)
            if (arrival.event.project, arrival.event.sample_id) not in self._erased
        ]
        images = [sample for sample in present if needs_image(sample[1].event)]
        rest = [sample for sample in present if not needs_image(sample[1].event)]
        outcomes = await asyncio.gather(
            self._embed(arrivals, rest), self._embed(arrivals, images), return_exceptions=True
        )
        rejected: list[RejectedItem] = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            rejected += outcome
        metrics.BATCH_SAMPLES.observe(len(arrivals))
        return rejected

    async def _embed(
        self, arrivals: Sequence[Arrival], samples: list[tuple[int, Arrival]]
    ) -> list[RejectedItem]:
        """Embed, store and publish samples of the batch."""
        if not samples:
            return []
        embedded, refused = read_supplied(samples)
        without = [(index, arrival) for index, arrival in samples if arrival.event.embedding is None]
        encoded, unreadable = await self._encode(without)
        stored, misfits, upserts = await self._prepared(embedded + encoded)
        await self._publisher.publish(await self._stored(stored, upserts))
        rejected = refused + unreadable + misfits
        _count_samples(stored, self._clock())
        _count_refused(arrivals, rejected)
        return rejected

    async def _prepared(
        self, embedded: list[Embedded]
    ) -> tuple[list[Embedded], list[RejectedItem], list[Awaitable[None]]]:
        """Return the samples that fit into the store, rejections of the others, and upserts to await."""
        collections: dict[tuple[str, Generation], list[Embedded]] = defaultdict(list)
        for sample in embedded:
            collections[sample.arrival.event.project, sample.generation].append(sample)
        stored: list[Embedded] = []
        misfits: list[RejectedItem] = []
        upserts: list[Awaitable[None]] = []
        for (project, generation), samples in collections.items():
            try:
                await self._store.prepare(project, generation)
            except OtherDimension as error:
                detail = _wrong_dimension(generation, error.dimension)
                misfits += [RejectedItem(sample.index, "wrong_dimension", detail) for sample in samples]
                continue
            points = {
                sample.arrival.event.sample_id: Point(sample.arrival.event, sample.vector)
                for sample in samples
            }
            upserts.append(self._store.upsert(project, generation, list(points.values())))
            stored += samples
        return sorted(stored, key=lambda sample: sample.index), misfits, upserts

    async def _stored(self, stored: list[Embedded], upserts: list[Awaitable[None]]) -> list[OutgoingMessage]:
        """Encode the events while the store works; return them once it has all points."""
        working = asyncio.gather(*upserts)
        await asyncio.sleep(0)  # lets the requests be sent first
        messages = self._messages(stored)
        await working
        return messages

    def _messages(self, stored: list[Embedded]) -> list[OutgoingMessage]:
        now = self._clock()
        return [_embedded_message(sample, now) for sample in stored]


def _count_samples(stored: list[Embedded], now: datetime) -> None:
    """Count samples by project, with the times from ingest until they were searchable."""
    times: dict[str, list[float]] = defaultdict(list)
    for sample in stored:
        event = sample.arrival.event
        time_s = max(0.0, (now - event.received_at).total_seconds())
        times[event.project].append(time_s)
        if exemplar := exemplar_of(event.sample_id):
            STAGES.labels(event.project, "", "searchable").mark_bucket(time_s, exemplar)
    for project, seconds in times.items():
        metrics.SAMPLES_EMBEDDED.labels(project).inc(len(seconds))
        metrics.SAMPLES_REFUSED.labels(project, "bad_vector").inc(0)  # every reason starts at 0
        STAGES.labels(project, "", "searchable").observe_all(seconds)
    unreadable = Counter(sample.arrival.event.project for sample in stored if not sample.is_readable)
    for project, count in unreadable.items():
        metrics.TEXTS_UNREADABLE.labels(project).inc(count)


def _count_refused(arrivals: Sequence[Arrival], rejected: Sequence[RejectedItem]) -> None:
    refused = Counter((arrivals[item.index].event.project, item.reason) for item in rejected)
    for (project, reason), count in refused.items():
        metrics.SAMPLES_REFUSED.labels(project, reason).inc(count)


def _embedded_message(embedded: Embedded, now: datetime) -> OutgoingMessage:
    sample, generation = embedded.arrival.event, embedded.generation
    event = SampleEmbedded.model_construct(
        project=sample.project,
        sample_id=sample.sample_id,
        source=sample.source,
        source_id=sample.source_id,
        content=sample.content,
        embedding=Embedding.model_construct(generation=generation, vector=embedded.vector),
        readable=embedded.is_readable,
        prediction=sample.prediction,
        tags=sample.tags,
        group=sample.group,
        occurred_at=sample.occurred_at,
        received_at=sample.received_at,
        embedded_at=now,
    )
    event_id = stable_id("sample.embedded", embedded.arrival.event_id, generation.slug())
    return encode(SAMPLES_EMBEDDED, event, event_id=event_id, source=SOURCE, time=now)


def _wrong_dimension(generation: Generation, dimension: int) -> str:
    return (
        f"embedding.vector: {generation.dimension} numbers, but vectors of {generation.name} "
        f"{generation.version} have {dimension} in this project; send {dimension}, or name a new version"
    )
