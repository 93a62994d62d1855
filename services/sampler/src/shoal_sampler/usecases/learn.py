"""Learn what is labelled, and forget what must be forgotten."""

from collections import defaultdict
from collections.abc import Sequence

from shoal.contracts.labels import LabelAccepted
from shoal.contracts.samples import SampleErased
from shoal_sampler.usecases.memory import Memories
from shoal_sampler.usecases.ports import Store


class Learn:
    """Keeps what later choices and the campaigns' counts are conditioned on."""

    def __init__(self, store: Store, memories: Memories) -> None:
        self._store = store
        self._memories = memories

    async def accepted(self, labels: Sequence[LabelAccepted]) -> None:
        """Take in labels by revision: an older one changes nothing."""
        await self._store.label(labels)

    async def erased(self, events: Sequence[SampleErased]) -> None:
        """Forget samples: nothing but their ids and decisions stays."""
        projects: dict[str, set[str]] = defaultdict(set)
        for event in events:
            projects[event.project].add(event.sample_id)
        for project, sample_ids in projects.items():
            await self._store.erase(project, sample_ids)
            self._memories.forget(project, sample_ids)
