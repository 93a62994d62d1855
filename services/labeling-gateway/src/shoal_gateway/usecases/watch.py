"""What the use cases report: metrics and logs in production, nothing in a unit test."""

from collections.abc import Sequence
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.intents import IntentKind
from shoal_gateway.domain.label_schema import AnswerProblem
from shoal_gateway.domain.providers import ProviderConfig


class Watch(Protocol):
    """Events that are counted or logged."""

    def recorded(self, config: ProviderConfig, fresh: Sequence[Annotation], found_by: str) -> None:
        """New annotation revisions were stored."""

    def surplus(self, config: ProviderConfig, count: int) -> None:
        """A provider sent answers that it was not asked for."""

    def refused(self, config: ProviderConfig, problems: Sequence[AnswerProblem]) -> None:
        """Annotations were refused."""

    def missed_by_hook(self, config: ProviderConfig, count: int) -> None:
        """The feed brought annotations that a webhook should have brought earlier."""

    def poll_failed(self, config: ProviderConfig, detail: str) -> None:
        """A provider's feed could not be read."""

    def lane_failed(self, project: str, provider: str, *, lane: str, error: Exception) -> None:
        """The work of one provider's lane ended with an error."""

    def dispatched(self, project: str, provider: str, *, kind: IntentKind, outcome: str, count: int) -> None:
        """Attempts ended as done, pending (to be repeated), parked or dropped."""
