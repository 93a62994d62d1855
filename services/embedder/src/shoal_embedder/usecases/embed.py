"""Embed samples: store the vector, then publish the event; both are idempotent by the sample's id."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from shoal.contracts.ids import stable_id
from shoal.contracts.samples import Embedding, Generation, SampleEmbedded, SampleIngested
from shoal.contracts.topics import SAMPLES_EMBEDDED
from shoal.crops import crop_samples
from shoal.messaging import OutgoingMessage, Publisher, RejectedItem, encode
from shoal.observability.metrics import STAGES
from shoal.observability.traces import exemplar_of
from shoal_embedder import metrics
from shoal_embedder.usecases.crop import CropSamples
from shoal_embedder.usecases.encode import EncodeSamples, Numbered
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.ports import OtherDimension, Point, VectorStore
from shoal_embedder.usecases.supplied import Arrival, Embedded, needs_image, read_supplied

SOURCE = "/shoal/embedder"
Collection = tuple[str, Generation]
"""Project and generation."""


class EmbedSamples:
    """Processes batches: a producer's vectors are stored unchanged, the other samples are encoded.

    Images are read while the other samples of the batch are stored and published; those of which crops are
    made are published project by project.
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
        self._crop = CropSamples(encode)
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
        parts: dict[str, list[Numbered]] = defaultdict(list)
        for sample in present:
            parts[_part_of(sample[1].event)].append(sample)
        outcomes = await asyncio.gather(
            *(self._embed(arrivals, part) for part in parts.values()), return_exceptions=True
        )
        rejected: list[RejectedItem] = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            rejected += outcome
        metrics.BATCH_SAMPLES.observe(len(arrivals))
        return rejected

    async def _embed(self, arrivals: Sequence[Arrival], samples: list[Numbered]) -> list[RejectedItem]:
        """Embed, store and publish samples of the batch."""
        boxed = [sample for sample in samples if sample[1].event.cropping is not None]
        plain = [sample for sample in samples if sample[1].event.cropping is None]
        embedded, refused = read_supplied(plain)
        without = [(index, arrival) for index, arrival in plain if arrival.event.embedding is None]
        encoded, unreadable = await self._encode(without)
        with_crops, not_cropped = await self._crop(boxed)
        cropped = [self._without_erased(sample) for sample in with_crops]
        stored, misfits, upserts = await self._prepared(embedded + encoded + cropped)
        await self._publisher.publish(await self._stored(stored, upserts))
        await self._delete_erased(stored)
        rejected = refused + unreadable + not_cropped + misfits
        _count_samples(stored, self._clock())
        _count_refused(arrivals, rejected)
        return rejected

    def _without_erased(self, sample: Embedded) -> Embedded:
        """Return a sample without those of its crops that were erased alone."""
        project = sample.arrival.event.project
        crops = tuple(crop for crop in sample.crops if (project, crop.sample_id) not in self._erased)
        return replace(sample, crops=crops)

    async def _delete_erased(self, stored: Sequence[Embedded]) -> None:
        """Delete samples that were erased while they were embedded: an image with crops takes seconds."""
        late: dict[str, list[str]] = defaultdict(list)
        for sample in stored:
            event = sample.arrival.event
            if (event.project, event.sample_id) in self._erased:
                late[event.project].append(event.sample_id)
        for project, samples in late.items():
            await self._store.delete(project, samples)

    async def _prepared(
        self, embedded: list[Embedded]
    ) -> tuple[list[Embedded], list[RejectedItem], list[Awaitable[None]]]:
        """Return the samples that fit into the store, rejections of the others, and upserts to await."""
        dimensions = await self._other_dimensions(embedded)
        points: dict[Collection, dict[str, Point]] = defaultdict(dict)
        stored: list[Embedded] = []
        misfits: list[RejectedItem] = []
        for sample in sorted(embedded, key=lambda sample: sample.index):
            project = sample.arrival.event.project
            wrong = [name for name in sample.generations if (project, name) in dimensions]
            if wrong:
                detail = _wrong_dimension(wrong[0], dimensions[project, wrong[0]])
                misfits.append(RejectedItem(sample.index, "wrong_dimension", detail))
                continue
            stored.append(sample)
            for generation, point in _points_of(sample):
                points[project, generation][point.event.sample_id] = point
        upserts: list[Awaitable[None]] = [
            self._store.upsert(*collection, list(part.values())) for collection, part in points.items()
        ]
        return stored, misfits, upserts

    async def _other_dimensions(self, embedded: list[Embedded]) -> dict[Collection, int]:
        """Prepare the collections; return the dimension of those whose vectors have another one."""
        dimensions: dict[Collection, int] = {}
        collections = {
            (sample.arrival.event.project, name): None for sample in embedded for name in sample.generations
        }
        for project, generation in collections:
            try:
                await self._store.prepare(project, generation)
            except OtherDimension as error:
                dimensions[project, generation] = error.dimension
        return dimensions

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


def _part_of(event: SampleIngested) -> str:
    """Return which samples of a batch are published together."""
    if event.cropping is not None:
        return f"crops of {event.project}"
    return "images" if needs_image(event) else "rest"


def _points_of(sample: Embedded) -> Iterator[tuple[Generation, Point]]:
    """Yield the points of a sample and of its crops, with their generations."""
    yield sample.generation, Point(sample.arrival.event, sample.vector)
    if sample.crops:
        for crop in crop_samples(_embedded_event(sample, sample.arrival.event.received_at)):
            yield crop.embedding.generation, Point(crop, crop.embedding.vector)


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
    event_id = stable_id("sample.embedded", embedded.arrival.event_id, embedded.generation.slug())
    event = _embedded_event(embedded, now)
    return encode(SAMPLES_EMBEDDED, event, event_id=event_id, source=SOURCE, time=now)


def _embedded_event(embedded: Embedded, now: datetime) -> SampleEmbedded:
    sample, generation = embedded.arrival.event, embedded.generation
    return SampleEmbedded.model_construct(
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
        crops=embedded.crops,
    )


def _wrong_dimension(generation: Generation, dimension: int) -> str:
    return (
        f"embedding.vector: {generation.dimension} numbers, but vectors of {generation.name} "
        f"{generation.version} have {dimension} in this project; send {dimension}, or name a new version"
    )
