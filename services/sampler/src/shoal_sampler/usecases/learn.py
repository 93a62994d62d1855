"""Labels that were accepted, and erasures."""

from collections import defaultdict
from collections.abc import Sequence

from shoal.contracts.labels import LabelAccepted
from shoal.contracts.samples import SampleErased
from shoal_sampler.usecases.memory import Memories
from shoal_sampler.usecases.ports import Store


class LearnLabels:
    """Maintains what later choices and the campaigns' counts depend on."""

    def __init__(self, store: Store, memories: Memories) -> None:
        self._store = store
        self._memories = memories

    async def add_labels(self, labels: Sequence[LabelAccepted]) -> None:
        """Store labels by revision: an older one changes nothing."""
        await self._store.label(labels)

    async def forget_samples(self, events: Sequence[SampleErased]) -> None:
        """Delete samples; only their ids and decisions stay."""
        projects: dict[str, set[str]] = defaultdict(set)
        for event in events:
            projects[event.project].add(event.sample_id)
        for project, sample_ids in projects.items():
            await self._store.erase(project, sample_ids)
            self._memories.forget(project, sample_ids)
