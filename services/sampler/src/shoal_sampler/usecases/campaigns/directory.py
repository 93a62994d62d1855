"""State that every replica builds from compacted topics: campaigns' definitions and projects' guidelines."""

from collections.abc import Sequence

from shoal.contracts.label_schemas import classes_of
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.selections import CampaignChanged
from shoal.messaging import Received
from shoal_sampler.domain.campaigns.campaign import Campaign
from shoal_sampler.usecases.campaigns.translate import campaign_of
from shoal_sampler.usecases.ports import Spending, Store

_OF_WHOLE_IMAGES = frozenset({"boxes", "polygons"})
"""Kinds of labels that name all objects of an image at once."""


class GuidelineDirectory:
    """The latest guideline of every project, with the kind of its labels and the names of its classes."""

    def __init__(self) -> None:
        self._latest: dict[str, GuidelineRef] = {}
        self._classes: dict[str, tuple[str, ...]] = {}
        self._kinds: dict[str, str] = {}

    def apply(self, received: Received[GuidelinePublished]) -> None:
        """Apply one event; order and repetition do not matter."""
        project, guideline = received.event.project, received.event.guideline
        present = self._latest.get(project)
        if present is None or (guideline.major, guideline.minor) > (present.major, present.minor):
            self._latest[project] = guideline
            self._classes[project] = tuple(item.name for item in classes_of(received.event.label_schema))
            self._kinds[project] = received.event.label_schema.kind

    def classes(self, project: str) -> tuple[str, ...]:
        """Return the classes of the project's guideline; none if no guideline is published."""
        return self._classes.get(project, ())

    def labels_crops(self, project: str) -> bool:
        """Return whether people are asked about the crops of an image instead of the image.

        Boxes and outlines are drawn on the whole image, once. Every other label is of one object.
        """
        kind = self._kinds.get(project)
        return kind is not None and kind not in _OF_WHOLE_IMAGES

    def get(self, project: str) -> GuidelineRef | None:
        """Return the project's guideline, None if none is published."""
        return self._latest.get(project)


class CampaignDirectory:
    """Definitions of campaigns, with their prototypes as arrays.

    Which campaigns are in force, in which version, and what they have spent comes from the database for every
    window, so a pause or a budget takes effect at once on every replica. The definitions, which may be large,
    arrive by broadcast; one that is missing is loaded from the database.
    """

    def __init__(self) -> None:
        self._campaigns: dict[tuple[str, str], Campaign] = {}  # by project and id

    def apply(self, received: Received[CampaignChanged]) -> None:
        """Apply one event; order and repetition do not matter. Of a campaign that is done nothing stays."""
        event = received.event
        if event.state == "done":
            self._campaigns.pop((event.project, event.campaign_id), None)
        else:
            self._store(event)

    async def resolve(self, project: str, spendings: Sequence[Spending], store: Store) -> list[Campaign]:
        """Return the campaign of each spending of a project, in order."""
        missing = [item.campaign_id for item in spendings if not self._is_current(project, item)]
        for event in await store.definitions(missing) if missing else ():
            self._store(event)
        return [self._campaigns[project, spending.campaign_id] for spending in spendings]

    def _is_current(self, project: str, spending: Spending) -> bool:
        campaign = self._campaigns.get((project, spending.campaign_id))
        return campaign is not None and campaign.version >= spending.version

    def _store(self, event: CampaignChanged) -> None:
        key = event.project, event.campaign_id
        present = self._campaigns.get(key)
        if present is not None and present.version >= event.version:
            return
        try:
            self._campaigns[key] = campaign_of(event)
        except ValueError:
            if present is None and event.state == "active":
                raise
