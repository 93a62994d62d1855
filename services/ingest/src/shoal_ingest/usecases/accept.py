"""Accept inferences: valid ones are acknowledged once Kafka has them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import repeat

from shoal.contracts.ids import sample_id, stable_id
from shoal.contracts.samples import Cropping, Embedding, Generation, SampleIngested
from shoal.contracts.topics import SAMPLES_BOXED, SAMPLES_INGESTED, SAMPLES_REFERENCED
from shoal.messaging import OutgoingMessage, Publisher, encode
from shoal.threads import off_loop
from shoal_ingest.usecases.bodies.inference import Inference, VectorIn
from shoal_ingest.usecases.bodies.items import Fault, Parsed
from shoal_ingest.usecases.contents import (
    OTHER_CONTENT,
    OTHER_CONTENT_FIX,
    content_digest,
    content_field,
    other_content_detail,
    standing_contents,
)
from shoal_ingest.usecases.counting import Outcome, count_inferences, note_delays
from shoal_ingest.usecases.cropping import cropping_fault, cropping_of
from shoal_ingest.usecases.encoders import encoder_fault
from shoal_ingest.usecases.media.references import referenced_sample
from shoal_ingest.usecases.media.samples import UNKNOWN_MEDIA, SampleImages
from shoal_ingest.usecases.media.sources import Sources
from shoal_ingest.usecases.media.uris import is_referenced
from shoal_ingest.usecases.plausible import datum_fault, prediction_fault
from shoal_ingest.usecases.ports import Generations, ProjectLookup, SampleIds, SampleKey

SOURCE = "/shoal/ingest"
MOST_BYTES = 512 * 1024
"""Largest size of a sample in Kafka; later events add fields and must fit into Kafka's 1 MiB."""

Key = tuple[str, str, str]  # project, encoder, version


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted inference, which Kafka has; `new` is False if its sample was sent before."""

    project: str
    sample_id: str
    new: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """Return project and sample id."""
        return self.project, self.sample_id


Result = Accepted | Fault


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An item without a fault of its own: its index, event and message, and the digest of its content."""

    index: int
    event: SampleIngested
    message: OutgoingMessage
    digest: bytes

    @property
    def key(self) -> SampleKey:
        return self.event.project, self.event.sample_id


class AcceptInferences:
    """Checks and publishes inferences. `publisher` returns when the broker has acknowledged.

    sources: the hosts from which ingest reads images.
    """

    def __init__(
        self,
        *,
        projects: ProjectLookup,
        generations: Generations,
        sample_ids: SampleIds,
        publisher: Publisher,
        images: SampleImages,
        sources: Sources,
        clock: Callable[[], datetime],
    ) -> None:
        self._projects = projects
        self._sources = sources
        self._generations = generations
        self._sample_ids = sample_ids
        self._publisher = publisher
        self._images = images
        self._clock = clock

    async def __call__(self, items: Sequence[Parsed], only: str | None = None) -> list[Result]:
        """Return one result per item, in order. only: the project of the caller's key.

        Raises PublishFailed if Kafka did not acknowledge. Then no item counts as accepted, and all may be
        sent again, because their ids stay the same.
        """
        await self._await_projects(items, only)
        dimensions = await self._dimensions(items)
        now = self._clock()
        readable = await self._images.read(items, self._serves(only))
        results, candidates = await off_loop(len(items) > 1, self._judge, readable, only, dimensions, now)
        proposed = [(candidate.key, candidate.digest) for candidate in candidates]
        standing, on_record = await standing_contents(self._sample_ids, proposed)
        good = [candidate for candidate in candidates if candidate.digest == standing[candidate.key]]
        for candidate in candidates:
            if candidate.digest != standing[candidate.key]:
                results[candidate.index] = _other_content(candidate.event)
        missing = await self._images.use([candidate.event for candidate in good])
        for candidate in good:
            if candidate.key in missing:
                results[candidate.index] = UNKNOWN_MEDIA
        good = [candidate for candidate in good if candidate.key not in missing]
        await self._publisher.publish_promptly([candidate.message for candidate in good])
        keys = {candidate.key for candidate in good}
        results = _mark_repeated(results, await self._sample_ids.confirm(keys) if on_record else keys)
        count_inferences("shoal", map(_outcome_of, items, results, repeat(only)))
        note_delays([candidate.event for candidate in good])
        return results

    def _serves(self, only: str | None) -> Callable[[str], bool]:
        """Return whether the caller's key opens a project that exists."""
        return lambda project: only in (None, project) and self._projects.get(project) is not None

    def _judge(
        self, items: Sequence[Parsed], only: str | None, dimensions: dict[Key, int], now: datetime
    ) -> tuple[list[Result], list[_Candidate]]:
        """Return the results, and the accepted items unless their samples have another content."""
        results: list[Result] = []
        candidates: list[_Candidate] = []
        for item in items:
            if isinstance(item, Fault):
                results.append(item)
                continue
            if fault := self._fault(item, only, dimensions):
                results.append(fault)
                continue
            event = to_event(item, now, cropping_of(item, self._projects.get(item.project)))
            message = self._message_of(event, now)
            if len(message.value) > MOST_BYTES:
                results.append(_too_large(len(message.value)))
                continue
            candidates.append(_Candidate(len(results), event, message, content_digest(event)))
            results.append(Accepted(event.project, event.sample_id))
        return results, candidates

    def _message_of(self, event: SampleIngested, now: datetime) -> OutgoingMessage:
        """Return the message of a sample; one whose image is at an address waits for it on another topic."""
        if is_referenced(event.content, self._sources):
            return encode(
                SAMPLES_REFERENCED,
                referenced_sample(event),
                event_id=stable_id("sample.referenced", event_id(event)),
                source=SOURCE,
                time=now,
            )
        return ingested_message(event, now)

    async def _await_projects(self, items: Sequence[Parsed], only: str | None) -> None:
        """Wait for projects that another replica created just now."""
        names = {
            item.project for item in items if isinstance(item, Inference) and only in (None, item.project)
        }
        if absent := [name for name in names if self._projects.get(name) is None]:
            await asyncio.gather(*(self._projects.find(name) for name in absent))

    async def _dimensions(self, items: Sequence[Parsed]) -> dict[Key, int]:
        proposed: dict[Key, int] = {}
        for item in items:
            if isinstance(item, Inference) and item.embedding and self._projects.get(item.project):
                proposed.setdefault(_encoder_key(item, item.embedding), len(item.embedding.vector) // 4)
        return await self._generations.dimensions(proposed) if proposed else {}

    def _fault(self, item: Inference, only: str | None, dimensions: dict[Key, int]) -> Fault | None:
        if only is not None and item.project != only:
            detail = f"project: this key belongs to project {only!r}"
            return Fault("forbidden_project", "project", detail, f"Use a key of project {item.project!r}")
        project = self._projects.get(item.project)
        if project is None:
            detail = f"project: there is no project {item.project!r}"
            fix = "Create it with POST /v1/projects, or correct its name"
            return Fault("unknown_project", "project", detail, fix)
        datum = item.datum()
        if fault := datum_fault(item, datum) or prediction_fault(item, datum):
            return fault
        field = "content.uri" if item.image is None else "image.uri"
        if item.embedding is None:
            return encoder_fault(datum, project.encoders, self._sources, field)
        fault = _wrong_dimension(item, item.embedding, dimensions)
        if fault is None and cropping_of(item, project) is not None:
            return cropping_fault(item, project, self._sources, field)
        return fault


def _outcome_of(item: Parsed, result: Result, only: str | None) -> Outcome:
    """Return project and result of an inference, with projects that exist and that the caller may name."""
    if isinstance(result, Accepted):
        return result.project, "accepted" if result.new else "repeated"
    if only is None and isinstance(item, Inference) and result.reason != "unknown_project":
        return item.project, result.reason
    return only or "", result.reason


def _mark_repeated(results: Sequence[Result], new: set[tuple[str, str]]) -> list[Result]:
    """Return the results with `new` set for the first inference of each new sample only."""
    first_of: dict[tuple[str, str], int] = {}
    for index, item in enumerate(results):
        if isinstance(item, Accepted) and item.key in new:
            first_of.setdefault(item.key, index)
    return [
        replace(item, new=first_of.get(item.key) == index) if isinstance(item, Accepted) else item
        for index, item in enumerate(results)
    ]


def _other_content(event: SampleIngested) -> Fault:
    return Fault(OTHER_CONTENT, content_field(event), other_content_detail(event), OTHER_CONTENT_FIX)


def _wrong_dimension(item: Inference, embedding: VectorIn, dimensions: dict[Key, int]) -> Fault | None:
    dimension, length = dimensions[_encoder_key(item, embedding)], len(embedding.vector) // 4
    if dimension == length:
        return None
    encoder = f"{embedding.name} {embedding.version}".strip()
    return Fault(
        "wrong_dimension",
        "embedding.vector",
        f"embedding.vector: {length} numbers, but vectors of {encoder} have {dimension} in this project",
        f"Send {dimension} numbers, or name the new encoder's version in embedding.version",
    )


def _encoder_key(item: Inference, embedding: VectorIn) -> Key:
    return item.project, embedding.name, embedding.version


def _too_large(size: int) -> Fault:
    return Fault(
        "too_large",
        "text",
        f"text: the sample has {size} bytes, above the limit of {MOST_BYTES}",
        "Send a shorter text, or store the datum elsewhere and send content.uri with content.sha256",
    )


def to_event(item: Inference, now: datetime, cropping: Cropping | None = None) -> SampleIngested:
    """Return the event of a checked item, without validating it again."""
    return SampleIngested.model_construct(
        project=item.project,
        sample_id=sample_id(item.project, item.source, item.source_id),
        source=item.source,
        source_id=item.source_id,
        content=item.datum(),
        prediction=item.to_prediction(),
        embedding=None if item.embedding is None else _to_embedding(item.embedding),
        tags=item.tags,
        group=item.group,
        cropping=cropping,
        occurred_at=item.occurred_at or now,
        received_at=now,
    )


def _to_embedding(vector: VectorIn) -> Embedding:
    dimension = len(vector.vector) // 4
    generation = Generation.model_construct(name=vector.name, version=vector.version, dimension=dimension)
    return Embedding.model_construct(generation=generation, vector=vector.vector)


def ingested_message(event: SampleIngested, now: datetime) -> OutgoingMessage:
    """Return the message of a sample that can be embedded; images with crops have a topic of their own."""
    topic = SAMPLES_INGESTED if event.cropping is None else SAMPLES_BOXED
    return encode(topic, event, event_id=event_id(event), source=SOURCE, time=now)


def event_id(event: SampleIngested) -> str:
    """Return the id of a sample's event for one version of a model; sent twice, it is the same event."""
    prediction = event.prediction
    return stable_id(
        "sample.ingested", event.sample_id, *((prediction.model, prediction.version) if prediction else ())
    )
