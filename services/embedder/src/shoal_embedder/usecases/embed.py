"""Embed samples: vector into the store first, the event after it; both idempotent by the sample's id."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shoal.contracts.ids import stable_id
from shoal.contracts.samples import Embedding, Generation, SampleEmbedded, SampleIngested
from shoal.contracts.topics import SAMPLES_EMBEDDED
from shoal.messaging import OutgoingMessage, Publisher, RejectedItem, encode
from shoal.vectors import BadVector, read_vector
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.ports import OtherDimension, Point, TextEncoder, VectorStore

SOURCE = "/shoal/embedder"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One sample and the id of the event that brought it."""

    event: SampleIngested
    event_id: str


@dataclass(frozen=True, slots=True)
class _Embedded:
    index: int
    arrival: Arrival
    generation: Generation
    vector: bytes


class EmbedSamples:
    """Takes batches; what the producer embedded is stored as it is, texts go through the encoder."""

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
        """Embed, store, publish. Returns those that are permanently bad; raises on outages."""
        present = [
            (index, each)
            for index, each in enumerate(arrivals)
            if (each.event.project, each.event.sample_id) not in self._erased
        ]
        embedded, refused = self._supplied(present)
        texts, textless = self._texts(present)
        embedded += await self._encoded(texts)
        stored, misfits, upserts = await self._prepared(embedded)
        await self._publisher.publish(await self._stored(stored, upserts))
        return refused + textless + misfits

    def _supplied(self, present: list[tuple[int, Arrival]]) -> tuple[list[_Embedded], list[RejectedItem]]:
        good: list[_Embedded] = []
        bad: list[RejectedItem] = []
        for index, arrival in present:
            given = arrival.event.embedding
            if given is None:
                continue
            try:
                read_vector(given.vector, given.generation.dimension)
            except BadVector as error:
                fix = f"send {given.generation.dimension} finite float32 numbers, little-endian"
                bad.append(RejectedItem(index, "bad_vector", f"embedding.vector: {error}; {fix}"))
            else:
                good.append(_Embedded(index, arrival, given.generation, given.vector))
        return good, bad

    def _texts(
        self, present: list[tuple[int, Arrival]]
    ) -> tuple[list[tuple[int, Arrival]], list[RejectedItem]]:
        without = [(index, each) for index, each in present if each.event.embedding is None]
        texts = [(index, each) for index, each in without if each.event.content.text is not None]
        detail = "content.text: missing, and this embedder encodes texts only; send embedding with the sample"
        bad = [
            RejectedItem(index, "no_encoder", detail)
            for index, each in without
            if each.event.content.text is None
        ]
        return texts, bad

    async def _encoded(self, texts: list[tuple[int, Arrival]]) -> list[_Embedded]:
        if not texts:
            return []
        vectors = await self._encoder.encode([each.event.content.text or "" for _, each in texts])
        generation = self._encoder.generation
        return [
            _Embedded(index, arrival, generation, vector)
            for (index, arrival), vector in zip(texts, vectors, strict=True)
        ]

    async def _prepared(
        self, embedded: list[_Embedded]
    ) -> tuple[list[_Embedded], list[RejectedItem], list[Awaitable[None]]]:
        """Return who fits into the store, who does not, and the upserts that are to be awaited."""
        collections: dict[tuple[str, Generation], list[_Embedded]] = defaultdict(list)
        for each in embedded:
            collections[each.arrival.event.project, each.generation].append(each)
        stored: list[_Embedded] = []
        misfits: list[RejectedItem] = []
        upserts: list[Awaitable[None]] = []
        for (project, generation), own in collections.items():
            try:
                await self._store.prepare(project, generation)
            except OtherDimension as error:
                detail = _wrong_dimension(generation, error.known)
                misfits += [RejectedItem(each.index, "wrong_dimension", detail) for each in own]
                continue
            points = {each.arrival.event.sample_id: Point(each.arrival.event, each.vector) for each in own}
            upserts.append(self._store.upsert(project, generation, list(points.values())))
            stored += own
        return sorted(stored, key=lambda each: each.index), misfits, upserts

    async def _stored(self, stored: list[_Embedded], upserts: list[Awaitable[None]]) -> list[OutgoingMessage]:
        """Encode the events while the store works; they are given out when it has everything."""
        working = asyncio.gather(*upserts)
        await asyncio.sleep(0)  # lets the requests go out first
        messages = self._messages(stored)
        await working
        return messages

    def _messages(self, stored: list[_Embedded]) -> list[OutgoingMessage]:
        now = self._clock()
        return [_message(each, now) for each in stored]


def _message(embedded: _Embedded, now: datetime) -> OutgoingMessage:
    sample, generation = embedded.arrival.event, embedded.generation
    event = SampleEmbedded.model_construct(
        project=sample.project,
        sample_id=sample.sample_id,
        source=sample.source,
        source_id=sample.source_id,
        content=sample.content,
        embedding=Embedding.model_construct(generation=generation, vector=embedded.vector),
        prediction=sample.prediction,
        tags=sample.tags,
        group=sample.group,
        occurred_at=sample.occurred_at,
        embedded_at=now,
    )
    event_id = stable_id("sample.embedded", embedded.arrival.event_id, generation.slug())
    return encode(SAMPLES_EMBEDDED, event, event_id=event_id, source=SOURCE, time=now)


def _wrong_dimension(generation: Generation, known: int) -> str:
    return (
        f"embedding.vector: {generation.dimension} numbers, but vectors of {generation.name} "
        f"{generation.version} have {known} in this project; send {known}, or name a new version"
    )
