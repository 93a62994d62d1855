"""Mend the vector store: make missing collections anew and fill them from the topic samples.embedded."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

import structlog

from shoal.contracts.ids import is_sample_id
from shoal.contracts.samples import Generation, SampleEmbedded
from shoal.crops import crop_samples
from shoal.messaging.errors import is_transient
from shoal.progress import note_progress
from shoal.vectors import BadVector, read_vector
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.ports import EmbeddedSamples, Gone, Point, VectorStore

_log = structlog.get_logger("shoal.embedder")
_ERASED = 500  # samples a request
Collection = tuple[str, str]  # project, generation's slug


def _is_storable(event: SampleEmbedded) -> bool:
    """Return whether the store can take an event; this service publishes no other."""
    try:
        read_vector(event.embedding.vector, event.embedding.generation.dimension)
    except BadVector:
        return False
    return is_sample_id(event.sample_id)


class MendStore:
    """Fills collections that were lost. Samples that are no longer on the topic stay without a vector."""

    def __init__(self, store: VectorStore, samples: EmbeddedSamples, erased: Erased) -> None:
        self._store = store
        self._samples = samples
        self._erased = erased
        self._gone: dict[Collection, Gone] = {}

    async def __call__(self) -> int:
        """Mend the store; return how many vectors it got back. A failure leaves the rest to the next call."""
        self._gone |= {(gone.project, gone.generation.slug()): gone for gone in await self._store.mend()}
        if not self._gone:
            return 0
        restored = await self.fill(set(self._gone))
        _log.warning("collections_filled_again", collections=len(self._gone), samples=restored)
        self._gone.clear()
        return restored

    async def fill(self, collections: set[Collection] | None = None, project: str | None = None) -> int:
        """Store the vectors of the topic in these collections, or in all of one or every project."""
        restored = 0
        async for batch in self._samples.batches():
            parts: dict[Collection, list[SampleEmbedded]] = defaultdict(list)
            for event in chain.from_iterable((sample, *crop_samples(sample)) for sample in batch):
                key = (event.project, event.embedding.generation.slug())
                is_wanted = (collections is None or key in collections) and project in (None, event.project)
                if is_wanted and _is_storable(event):
                    parts[key].append(event)
            note_progress()  # a large topic takes hours
            for (name, _), events in parts.items():
                restored += await self._store_good(name, events)
        return restored

    async def refill(self, project: str | None = None) -> int:
        """Fill the collections, and delete what was erased: a snapshot may have brought it back."""
        restored = await self.fill(project=project)
        for name, samples in self._erased.batches(_ERASED):
            if project in (None, name):
                note_progress()
                await self._store.delete(name, samples)
        return restored

    async def _store_good(self, project: str, events: Sequence[SampleEmbedded]) -> int:
        """Store events of one generation, but for those that the store never takes. Raises outages."""
        try:
            return await self._store_events(project, events[0].embedding.generation, events)
        except Exception as error:
            if is_transient(error):
                raise
            if len(events) == 1:
                sample = events[0].sample_id
                _log.error("vector_not_restored", project=project, sample=sample, error=repr(error))
                return 0
            middle = len(events) // 2
            halves = (events[:middle], events[middle:])
            return sum([await self._store_good(project, half) for half in halves])

    async def _store_events(
        self, project: str, generation: Generation, events: Sequence[SampleEmbedded]
    ) -> int:
        points = {
            event.sample_id: Point(event, event.embedding.vector)
            for event in events
            if not self._is_erased(event)
        }
        await self._store.prepare(project, generation)
        await self._store.upsert(project, generation, list(points.values()))
        late = {event.sample_id for event in events if event.sample_id in points and self._is_erased(event)}
        if late:  # erased meanwhile
            await self._store.delete(project, sorted(late))
        return len(points) - len(late)

    def _is_erased(self, event: SampleEmbedded) -> bool:
        """Return whether a sample, or the image that it is part of, was erased."""
        names = (event.sample_id, event.parent_id or event.sample_id)
        return any((event.project, name) in self._erased for name in names)
