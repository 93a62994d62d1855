"""Receive embedded samples: competing ones wait for their window, the others are decided at once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from shoal.messaging.errors import is_transient
from shoal.observability.logs import get_logger
from shoal.observability.metrics import LOOP_FAILURES
from shoal.progress import note_progress
from shoal_sampler.domain.campaigns.campaign import Campaign
from shoal_sampler.usecases.campaigns.directory import CampaignDirectory, GuidelineDirectory
from shoal_sampler.usecases.ports import Store
from shoal_sampler.usecases.stream.arrivals import Arrival, labelled_units
from shoal_sampler.usecases.stream.decide import Decider

log = get_logger(__name__)


class ReceiveSamples:
    """Receives samples.

    waiting_limit: most samples of one project that wait while it has no guideline or no campaign.
    """

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
        """Receive samples of any projects; a sample that arrives several times is decided once."""
        projects: dict[str, list[Arrival]] = defaultdict(list)
        for arrival in arrivals:
            projects[arrival.event.project].append(arrival)
        for project, project_arrivals in projects.items():
            await self._receive(project, project_arrivals)

    async def close_windows(self) -> int:
        """Decide on every window that is full or overdue; return how many there were."""
        windows = 0
        for project in await self._store.projects_waiting():
            note_progress()
            windows += await self._close_guarded(project)
        return windows

    async def _close_guarded(self, project: str) -> int:
        """Close a project's windows; a fault in one project is logged, and holds up no other."""
        try:
            return await self._close(project)
        except Exception as error:
            if is_transient(error):
                raise
            LOOP_FAILURES.labels("windows").inc()
            log.error("windows_not_closed", project=project, error=repr(error))
            return 0

    async def _receive(self, project: str, arrivals: list[Arrival]) -> None:
        spendings = await self._store.in_force(project, self._clock())
        campaigns = await self._campaigns.resolve(project, spendings, self._store)
        waits = await self._waits_for_guideline(project) or (
            not spendings and await self._waits_for_campaigns(project)
        )
        competing, rest = (arrivals, []) if waits else self._split(project, campaigns, arrivals)
        if competing:
            await self._store.wait(project, [arrival.event for arrival in competing], self._clock())
            await self._close(project)
        if rest:
            await self._decider.decide_now(project, rest)

    async def _waits_for_campaigns(self, project: str) -> bool:
        return bool(self._decider.first_wait) and not await self._store.has_policy(project)

    async def _waits_for_guideline(self, project: str) -> bool:
        """Return whether every sample waits, because no audit job is made without a guideline."""
        if self._guidelines.get(project) is not None:
            return False
        return self._decider.audits(await self._store.audit(project))

    def _split(
        self, project: str, campaigns: Sequence[Campaign], arrivals: list[Arrival]
    ) -> tuple[list[Arrival], list[Arrival]]:
        """Return the samples that must wait, and the others.

        Without a guideline, every sample that a campaign might choose waits.
        """
        no_guideline = self._guidelines.get(project) is None
        labels_crops = self._guidelines.labels_crops(project)
        competing: list[Arrival] = []
        rest: list[Arrival] = []
        for arrival in arrivals:
            units = [unit.sample for unit in labelled_units(arrival, labels_crops=labels_crops)]
            interested = (campaign for campaign in campaigns if any(map(campaign.looks_at, units)))
            waits = any(no_guideline or campaign.selection.windowed for campaign in interested)
            (competing if waits else rest).append(arrival)
        return competing, rest

    async def _close(self, project: str) -> int:
        windows = 0
        while await self._decider.close_window(project, self._waiting_limit):
            windows += 1
        return windows
