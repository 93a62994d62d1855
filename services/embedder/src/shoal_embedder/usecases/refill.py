"""Mend the vector store: make missing collections anew and fill them from the topic samples.embedded."""

from collections import defaultdict
from collections.abc import Sequence

import structlog

from shoal.contracts.samples import Generation, SampleEmbedded
from shoal.progress import note_progress
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.ports import EmbeddedSamples, Gone, Point, VectorStore

_log = structlog.get_logger("shoal.embedder")
Collection = tuple[str, str]  # project, generation's slug


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
            for event in batch:
                key = (event.project, event.embedding.generation.slug())
                if (collections is None or key in collections) and project in (None, event.project):
                    parts[key].append(event)
            note_progress()  # a large topic takes hours
            for (name, _), events in parts.items():
                restored += await self._store_events(name, events[0].embedding.generation, events)
        return restored

    async def _store_events(
        self, project: str, generation: Generation, events: Sequence[SampleEmbedded]
    ) -> int:
        points = {
            event.sample_id: Point(event, event.embedding.vector)
            for event in events
            if (project, event.sample_id) not in self._erased
        }
        await self._store.prepare(project, generation)
        await self._store.upsert(project, generation, list(points.values()))
        late = [sample_id for sample_id in points if (project, sample_id) in self._erased]
        if late:  # erased meanwhile
            await self._store.delete(project, late)
        return len(points) - len(late)
