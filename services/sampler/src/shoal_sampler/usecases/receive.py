"""Receive embedded samples: those that compete wait for their window, the others are decided at once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from shoal_sampler.domain.campaigns.campaign import Campaign
from shoal_sampler.usecases.arrivals import Arrival
from shoal_sampler.usecases.decide import Decider
from shoal_sampler.usecases.directory import CampaignDirectory, GuidelineDirectory
from shoal_sampler.usecases.ports import Store


class ReceiveSamples:
    """`waiting_limit`: samples of one project that are kept while it has no guideline."""

    def __init__(
        self,
        store: Store,
        decider: Decider,
        campaigns: CampaignDirectory,
        guidelines: GuidelineDirectory,
        *,
        waiting_limit: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._decider = decider
        self._campaigns = campaigns
        self._guidelines = guidelines
        self._waiting_limit = waiting_limit
        self._clock = clock

    async def __call__(self, arrivals: Sequence[Arrival]) -> None:
        """Take in samples of any projects; each is decided once, however often it comes."""
        projects: dict[str, list[Arrival]] = defaultdict(list)
        for each in arrivals:
            projects[each.event.project].append(each)
        for project, own in projects.items():
            await self._receive(project, own)

    async def close_windows(self) -> int:
        """Decide on every window that is full or overdue; return how many those were."""
        return sum([await self._close(project) for project in await self._store.projects_waiting()])

    async def _receive(self, project: str, arrivals: list[Arrival]) -> None:
        spendings = await self._store.in_force(project, self._clock())
        campaigns = await self._campaigns.resolve(spendings, self._store)
        competing, rest = self._split(project, campaigns, arrivals)
        if competing:
            await self._store.wait(project, [each.event for each in competing], self._clock())
            await self._close(project)
        if rest:
            await self._decider.now(project, rest)

    def _split(
        self, project: str, campaigns: Sequence[Campaign], arrivals: list[Arrival]
    ) -> tuple[list[Arrival], list[Arrival]]:
        """Return who must wait and who need not. Without a guideline all wait that a campaign might want."""
        held = self._guidelines.get(project) is None
        competing: list[Arrival] = []
        rest: list[Arrival] = []
        for each in arrivals:
            interested = (one for one in campaigns if one.looks_at(each.sample))
            waits = any(held or one.selection.windowed for one in interested)
            (competing if waits else rest).append(each)
        return competing, rest

    async def _close(self, project: str) -> int:
        windows = 0
        while await self._decider.close(project, self._waiting_limit):
            windows += 1
        return windows
