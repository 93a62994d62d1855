"""Providers, and what they send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.providers import Capabilities, ProviderConfig
from shoal_gateway.domain.tasks import Guess, TaskOrder, TaskReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """One annotation that cannot be read: where it stood, and what is wrong with which field."""

    index: int
    field: str
    detail: str
    external_id: str = ""
    annotation_id: str = ""
    revision: int = 0


ReceivedItem = Annotation | Malformed


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a provider's feed. Reading again from `cursor` gives what is newer."""

    items: Sequence[ReceivedItem]
    cursor: str | None
    more: bool


class Provider(Protocol):
    """A labelling service or team. Every call that changes something is idempotent by external id.

    Calls raise ProviderUnavailable (the outcome is unknown) or ProviderRefused (a final no).
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        """Make the tasks that are not there yet; one receipt per order. `guidelines` is by major number.

        `maybe_sent` says that an earlier call with these orders may have arrived: an adapter whose vendor
        would make a second task looks them up by external id first.
        """

    async def attach_prediction(self, external_id: str, guess: Guess) -> None:
        """Show a model's guess beside the task."""

    async def poll(self, cursor: str | None, limit: int) -> Page:
        """Return annotations since `cursor` (None: all), oldest first."""

    def parse_webhook(
        self, headers: Mapping[str, str], raw_body: bytes, now: datetime
    ) -> Sequence[ReceivedItem]:
        """Return the annotations of a webhook whose signature and time are right. Raises Refused."""

    async def extend_overlap(self, external_id: str, votes: int) -> None:
        """Ask for `votes` answers in total."""

    async def cancel(self, external_id: str) -> None:
        """Ask for no more answers and have the content forgotten; an unknown task is as good as cancelled."""


class Providers(Protocol):
    """Providers by project and name."""

    def of(self, config: ProviderConfig) -> Provider:
        """Return the adapter for a configuration. Raises ProviderRefused when it is unusable."""


class ProviderConfigs(Protocol):
    """Where the configurations are kept."""

    async def get(self, project: str, name: str) -> ProviderConfig | None:
        """Return one configuration; the own queue is always there."""

    async def of_project(self, project: str) -> Sequence[ProviderConfig]:
        """Return all that the project configured."""

    async def put(self, config: ProviderConfig) -> int:
        """Keep a configuration; what was parked at this provider goes out again: return how much."""
