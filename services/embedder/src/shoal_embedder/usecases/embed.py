"""Embed samples: store the vector, then publish the event; both are idempotent by the sample's id."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shoal.contracts.ids import stable_id
from shoal.contracts.samples import Embedding, Generation, SampleEmbedded, SampleIngested
from shoal.contracts.topics import SAMPLES_EMBEDDED
from shoal.messaging import OutgoingMessage, Publisher, RejectedItem, encode
from shoal.observability.metrics import STAGES
from shoal.observability.traces import exemplar_of
from shoal.vectors import BadVector, read_vector
from shoal_embedder import metrics
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.ports import OtherDimension, Point, TextEncoder, VectorStore

SOURCE = "/shoal/embedder"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One sample and the id of its event."""

    event: SampleIngested
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Embedded:
    index: int
    arrival: Arrival
    generation: Generation
    vector: bytes
    is_readable: bool = True


class EmbedSamples:
    """Processes batches: a producer's vectors are stored unchanged, texts without a vector are encoded."""

    def __init__(
        self,
        *,
        encoder: TextEncoder,
        store: VectorStore,
        erased: Erased,
        publisher: Publisher,
        clock: Callable[[], datetime],
    ) -> None:
        self._encoder = encoder
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
        embedded, refused = self._supplied(present)
        texts, textless = self._texts(present)
        embedded += await self._encoded(texts)
        stored, misfits, upserts = await self._prepared(embedded)
        await self._publisher.publish(await self._stored(stored, upserts))
        rejected = refused + textless + misfits
        _count_samples(stored, self._clock())
        _count_refused(arrivals, rejected)
        metrics.BATCH_SAMPLES.observe(len(arrivals))
        return rejected

    def _supplied(self, present: list[tuple[int, Arrival]]) -> tuple[list[_Embedded], list[RejectedItem]]:
        good: list[_Embedded] = []
        bad: list[RejectedItem] = []
        for index, arrival in present:
            embedding = arrival.event.embedding
            if embedding is None:
                continue
            try:
                read_vector(embedding.vector, embedding.generation.dimension)
            except BadVector as error:
                fix = f"send {embedding.generation.dimension} finite float32 numbers, little-endian"
                bad.append(RejectedItem(index, "bad_vector", f"embedding.vector: {error}; {fix}"))
            else:
                sample = _Embedded(
                    index=index, arrival=arrival, generation=embedding.generation, vector=embedding.vector
                )
                good.append(sample)
        return good, bad

    def _texts(
        self, present: list[tuple[int, Arrival]]
    ) -> tuple[list[tuple[int, Arrival]], list[RejectedItem]]:
        without = [(index, arrival) for index, arrival in present if arrival.event.embedding is None]
        texts = [(index, arrival) for index, arrival in without if arrival.event.content.text is not None]
        detail = "content.text: missing, and this embedder encodes texts only; send embedding with the sample"
        bad = [
            RejectedItem(index, "no_encoder", detail)
            for index, arrival in without
            if arrival.event.content.text is None
        ]
        return texts, bad

    async def _encoded(self, texts: list[tuple[int, Arrival]]) -> list[_Embedded]:
        if not texts:
            return []
        encoded = await self._encoder.encode([arrival.event.content.text or "" for _, arrival in texts])
        generation = self._encoder.generation
        return [
            _Embedded(
                index=index,
                arrival=arrival,
                generation=generation,
                vector=text.vector,
                is_readable=text.is_readable,
            )
            for (index, arrival), text in zip(texts, encoded, strict=True)
        ]

    async def _prepared(
        self, embedded: list[_Embedded]
    ) -> tuple[list[_Embedded], list[RejectedItem], list[Awaitable[None]]]:
        """Return the samples that fit into the store, rejections of the others, and upserts to await."""
        collections: dict[tuple[str, Generation], list[_Embedded]] = defaultdict(list)
        for sample in embedded:
            collections[sample.arrival.event.project, sample.generation].append(sample)
        stored: list[_Embedded] = []
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

    async def _stored(self, stored: list[_Embedded], upserts: list[Awaitable[None]]) -> list[OutgoingMessage]:
        """Encode the events while the store works; return them once it has all points."""
        working = asyncio.gather(*upserts)
        await asyncio.sleep(0)  # lets the requests be sent first
        messages = self._messages(stored)
        await working
        return messages

    def _messages(self, stored: list[_Embedded]) -> list[OutgoingMessage]:
        now = self._clock()
        return [_embedded_message(sample, now) for sample in stored]


def _count_samples(stored: list[_Embedded], now: datetime) -> None:
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


def _embedded_message(embedded: _Embedded, now: datetime) -> OutgoingMessage:
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
