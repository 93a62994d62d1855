"""Labels that were accepted, and erasures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from shoal.contracts.labels import LabelAccepted
from shoal.contracts.samples import SampleErased
from shoal_sampler.usecases.ports import Store
from shoal_sampler.usecases.publishing import crop_erased_message
from shoal_sampler.usecases.stream.memory import Memories


class LearnLabels:
    """Maintains what later choices and the campaigns' counts depend on."""

    def __init__(self, store: Store, memories: Memories) -> None:
        self._store = store
        self._memories = memories

    async def add_labels(self, labels: Sequence[LabelAccepted]) -> None:
        """Store labels by revision: an older one changes nothing."""
        await self._store.label(labels)

    async def forget_samples(self, events: Sequence[SampleErased]) -> None:
        """Delete samples and their crops; only their ids and decisions stay."""
        projects: dict[str, dict[str, SampleErased]] = defaultdict(dict)
        for event in events:
            projects[event.project][event.sample_id] = event
        for project, erased in projects.items():
            self._memories.forget(project, {*erased, *await self._forget(project, erased)})

    async def _forget(self, project: str, erased: Mapping[str, SampleErased]) -> list[str]:
        """Delete samples and their crops, and announce that the crops are erased; return the crops."""
        async with self._store.project(project) as state:
            crops = await state.decisions.crops_of(erased)
            messages = [crop_erased_message(erased[image], crop) for crop, image in crops.items()]
            await state.decisions.erase([*erased, *crops], messages)
        return list(crops)
