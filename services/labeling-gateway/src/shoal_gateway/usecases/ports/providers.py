"""Providers, their configurations, and the annotations they send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.providers import Capabilities, ProviderConfig
from shoal_gateway.domain.tasks import Prelabel, TaskOrder, TaskReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """An annotation that cannot be parsed: its index, the field, and what is wrong with it."""

    index: int
    field: str
    detail: str
    external_id: str = ""
    annotation_id: str = ""
    revision: int = 0


ReceivedItem = Annotation | Malformed


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a provider's feed; the next page starts at `cursor`."""

    items: Sequence[ReceivedItem]
    cursor: str | None
    more: bool


class Provider(Protocol):
    """A labelling service or team. Every call that changes something is idempotent by external id.

    Calls raise ProviderUnavailable if the outcome is unknown, and ProviderRefused if the refusal is final.
    """

    @property
    def capabilities(self) -> Capabilities:
        """The features that this provider supports."""

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        """Create the tasks that do not exist; return one receipt per order. `guidelines` is by major number.

        `maybe_sent`: an earlier call with these orders may have arrived. If the vendor would create the tasks
        twice, the adapter first looks them up by external id.
        """

    async def attach_prediction(self, external_id: str, prelabel: Prelabel) -> None:
        """Show a model's prediction with the task."""

    async def poll(self, cursor: str | None, limit: int) -> Page:
        """Return at most `limit` annotations after `cursor` (None: from the start), oldest first."""

    def parse_webhook(
        self, headers: Mapping[str, str], raw_body: bytes, now: datetime
    ) -> Sequence[ReceivedItem]:
        """Return the annotations of a webhook. Raises Refused if its signature, time or body is wrong."""

    async def extend_overlap(self, external_id: str, votes: int) -> None:
        """Request `votes` answers in total."""

    async def cancel(self, external_id: str) -> None:
        """Request no more answers and remove the content; an unknown task counts as cancelled."""


class Providers(Protocol):
    """Providers by project and name."""

    def of(self, config: ProviderConfig) -> Provider:
        """Return the adapter for a configuration. Raises ProviderRefused if it cannot be used."""


class ProviderConfigs(Protocol):
    """The stored configurations of providers."""

    async def get(self, project: str, name: str) -> ProviderConfig | None:
        """Return one configuration or None; every project has the in-house queue."""

    async def of_project(self, project: str) -> Sequence[ProviderConfig]:
        """Return every configuration of the project."""

    async def put(self, config: ProviderConfig, keep_secret: timedelta | None = None) -> int:
        """Store a configuration; retry the provider's parked intents, and return their number."""
