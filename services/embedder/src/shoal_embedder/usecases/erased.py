"""Erase samples: delete stored ones and ignore those that arrive later."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from shoal.contracts.samples import SampleErased
from shoal_embedder.usecases.ports import VectorStore


class Erased:
    """The ids of all erased samples, in memory, because an erasure may arrive before its sample."""

    def __init__(self) -> None:
        self._ids: set[tuple[str, str]] = set()

    def add(self, event: SampleErased) -> None:
        """Add an erasure."""
        self._ids.add((event.project, event.sample_id))

    def batches(self, size: int) -> Iterator[tuple[str, list[str]]]:
        """Yield each project with at most `size` of its erased samples, until all were named."""
        projects: dict[str, list[str]] = defaultdict(list)
        for project, sample in sorted(self._ids):
            projects[project].append(sample)
        for project, samples in projects.items():
            for start in range(0, len(samples), size):
                yield project, samples[start : start + size]

    def __contains__(self, sample: tuple[str, str]) -> bool:
        return sample in self._ids


class EraseSamples:
    """Deletes samples from the vector store."""

    def __init__(self, store: VectorStore, erased: Erased) -> None:
        self._store = store
        self._erased = erased

    async def __call__(self, events: Sequence[SampleErased]) -> None:
        """Delete samples; idempotent."""
        projects: dict[str, list[str]] = defaultdict(list)
        for event in events:
            self._erased.add(event)
            projects[event.project].append(event.sample_id)
        for project, samples in projects.items():
            await self._store.delete(project, samples)
