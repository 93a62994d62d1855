"""What the use cases report: metrics and logs in production, nothing in a unit test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation, FoundBy
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.providers import ProviderConfig


@dataclass(frozen=True, slots=True)
class Recorded:
    """A revision that was stored and counts, with its price and its job's campaign."""

    annotation: Annotation
    price: float
    campaign: str


class Watch(Protocol):
    """Events that are counted or logged."""

    def recorded(self, config: ProviderConfig, fresh: Sequence[Recorded], found_by: FoundBy) -> None:
        """New annotation revisions were stored."""

    def surplus(self, config: ProviderConfig, count: int) -> None:
        """A provider sent answers that it was not asked for."""

    def refused(self, config: ProviderConfig, problems: Sequence[AnswerProblem]) -> None:
        """Annotations were refused."""

    def webhook(self, config: ProviderConfig, outcome: str) -> None:
        """A webhook was answered; an unknown provider's configuration has no names."""

    def called(self, provider: tuple[str, str], kind: str, outcome: str, seconds: float) -> None:
        """A call to a provider ended: ok, or with a fault."""

    def delivered(self, project: str, provider: str, ages: Sequence[float]) -> None:
        """Tasks are at their provider, so many seconds after they were planned."""

    def missed_by_hook(self, config: ProviderConfig, count: int) -> None:
        """The feed brought annotations that a webhook should have brought earlier."""

    def poll_failed(self, config: ProviderConfig, detail: str) -> None:
        """A provider's feed could not be read."""

    def lane_failed(self, project: str, provider: str, *, lane: str, error: Exception) -> None:
        """The work of one provider's lane ended with an error."""

    def dispatched(self, project: str, provider: str, *, kind: IntentKind, outcome: str, count: int) -> None:
        """Attempts ended as done, pending (to be repeated), parked or dropped."""
