"""Samples that must be forgotten: removed where they are, and kept out where they come later."""

from collections import defaultdict
from collections.abc import Sequence

from shoal.contracts.samples import SampleErased
from shoal_embedder.usecases.ports import VectorStore


class Erased:
    """Ids of all erased samples, in memory: an erasure may overtake the sample that it is about."""

    def __init__(self) -> None:
        self._ids: set[tuple[str, str]] = set()

    def add(self, event: SampleErased) -> None:
        """Remember an erasure."""
        self._ids.add((event.project, event.sample_id))

    def __contains__(self, sample: tuple[str, str]) -> bool:
        return sample in self._ids


class EraseSamples:
    """Deletes from the vector store."""

    def __init__(self, store: VectorStore, erased: Erased) -> None:
        self._store = store
        self._erased = erased

    async def __call__(self, events: Sequence[SampleErased]) -> None:
        """Forget samples; to do so again changes nothing."""
        projects: dict[str, list[str]] = defaultdict(list)
        for event in events:
            self._erased.add(event)
            projects[event.project].append(event.sample_id)
        for project, samples in projects.items():
            await self._store.delete(project, samples)
