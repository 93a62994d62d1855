"""What every replica knows from compacted topics: campaigns' definitions and projects' guidelines."""

from collections.abc import Sequence

from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.selections import CampaignChanged
from shoal.messaging import Received
from shoal_sampler.domain.campaigns.campaign import Campaign
from shoal_sampler.usecases.ports import Spending, Store
from shoal_sampler.usecases.translate import campaign_of


class GuidelineDirectory:
    """The latest guideline of every project."""

    def __init__(self) -> None:
        self._latest: dict[str, GuidelineRef] = {}

    def apply(self, received: Received[GuidelinePublished]) -> None:
        """Take in one event, in any order and any number of times."""
        project, guideline = received.event.project, received.event.guideline
        known = self._latest.get(project)
        if known is None or (guideline.major, guideline.minor) > (known.major, known.minor):
            self._latest[project] = guideline

    def get(self, project: str) -> GuidelineRef | None:
        """Return the project's guideline, None where none is published."""
        return self._latest.get(project)


class CampaignDirectory:
    """Definitions of campaigns with their prototypes as arrays.

    Which campaigns are in force, in which version, and what they have spent is read from the database with every
    window, so that a pause and a budget hold at once on every replica. The definitions, which may be large, come by
    broadcast; one that has not come yet is loaded.
    """

    def __init__(self) -> None:
        self._known: dict[str, Campaign] = {}

    def apply(self, received: Received[CampaignChanged]) -> None:
        """Take in one event, in any order and any number of times."""
        self._keep(received.event)

    async def resolve(self, spendings: Sequence[Spending], store: Store) -> list[Campaign]:
        """Return the campaign of each spending, in order."""
        missing = [each.campaign_id for each in spendings if not self._current(each)]
        for event in await store.definitions(missing) if missing else ():
            self._keep(event)
        return [self._known[each.campaign_id] for each in spendings]

    def _current(self, spending: Spending) -> bool:
        known = self._known.get(spending.campaign_id)
        return known is not None and known.version >= spending.version

    def _keep(self, event: CampaignChanged) -> None:
        known = self._known.get(event.campaign_id)
        if known is not None and known.version >= event.version:
            return
        try:
            self._known[event.campaign_id] = campaign_of(event)
        except ValueError:
            if known is None and event.state == "active":
                raise
