"""A provider whose failures are its own, whatever its adapter raises, and whose calls end in time."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.providers import Capabilities
from shoal_gateway.domain.tasks import Guess, TaskOrder, TaskReceipt
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable
from shoal_gateway.usecases.ports import Page, Provider

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GuardedProvider:
    """Raises ProviderUnavailable and ProviderRefused only. `deadline` is a time of the event loop.

    The text of an unexpected error is not repeated, because it may quote a secret.
    """

    provider: Provider
    deadline: float

    @property
    def capabilities(self) -> Capabilities:
        """The features that the provider supports."""
        return self.provider.capabilities

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        """Create the tasks that do not exist."""
        return await self._finish(self.provider.upsert_tasks(orders, guidelines, maybe_sent=maybe_sent))

    async def attach_prediction(self, external_id: str, guess: Guess) -> None:
        """Show a model's guess with the task."""
        await self._finish(self.provider.attach_prediction(external_id, guess))

    async def poll(self, cursor: str | None, limit: int) -> Page:
        """Return a page of the feed."""
        return await self._finish(self.provider.poll(cursor, limit))

    async def extend_overlap(self, external_id: str, votes: int) -> None:
        """Request `votes` answers in total."""
        await self._finish(self.provider.extend_overlap(external_id, votes))

    async def cancel(self, external_id: str) -> None:
        """Request no more answers and remove the content."""
        await self._finish(self.provider.cancel(external_id))

    async def _finish(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout_at(self.deadline):
                return await call
        except (ProviderUnavailable, ProviderRefused):
            raise
        except TimeoutError as error:
            raise ProviderUnavailable("the provider needs too long for all calls of one attempt") from error
        except Exception as error:
            raise ProviderUnavailable(f"the call failed with {type(error).__name__}") from error
