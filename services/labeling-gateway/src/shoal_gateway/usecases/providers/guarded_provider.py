"""A provider whose failures are its own, whatever its adapter raises, and whose calls end in time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

from shoal_gateway.domain.faults import Fault
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.providers import Capabilities
from shoal_gateway.domain.tasks import Prelabel, TaskOrder, TaskReceipt
from shoal_gateway.usecases.errors import ProviderRefused, ProviderUnavailable
from shoal_gateway.usecases.ports import Page, Provider

T = TypeVar("T")
NoteCall = Callable[[str, str, float], None]
"""Notes the kind of a call, how it ended (ok, or a fault), and its seconds."""


@dataclass(frozen=True, slots=True)
class GuardedProvider:
    """Raises ProviderUnavailable and ProviderRefused only. `deadline` is a time of the event loop.

    The text of an unexpected error is not repeated, because it may quote a secret.
    """

    provider: Provider
    deadline: float
    note: NoteCall

    @property
    def capabilities(self) -> Capabilities:
        """The features that the provider supports."""
        return self.provider.capabilities

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: Mapping[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        """Create the tasks that do not exist."""
        call = self.provider.upsert_tasks(orders, guidelines, maybe_sent=maybe_sent)
        return await self._finish("upsert", call)

    async def attach_prediction(self, external_id: str, prelabel: Prelabel) -> None:
        """Show a model's prediction with the task."""
        await self._finish("predict", self.provider.attach_prediction(external_id, prelabel))

    async def poll(self, cursor: str | None, limit: int) -> Page:
        """Return a page of the feed."""
        return await self._finish("poll", self.provider.poll(cursor, limit))

    async def extend_overlap(self, external_id: str, votes: int) -> None:
        """Request `votes` answers in total."""
        await self._finish("extend", self.provider.extend_overlap(external_id, votes))

    async def cancel(self, external_id: str) -> None:
        """Request no more answers and remove the content."""
        await self._finish("cancel", self.provider.cancel(external_id))

    async def _finish(self, kind: str, call: Awaitable[T]) -> T:
        began = perf_counter()
        try:
            result = await self._await_call(call)
        except (ProviderUnavailable, ProviderRefused) as error:
            self.note(kind, error.fault, perf_counter() - began)
            raise
        self.note(kind, "ok", perf_counter() - began)
        return result

    async def _await_call(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout_at(self.deadline):
                return await call
        except (ProviderUnavailable, ProviderRefused):
            raise
        except TimeoutError as error:
            detail = "the provider needs too long for all calls of one attempt"
            raise ProviderUnavailable(detail, Fault.TIMEOUT) from error
        except Exception as error:
            detail = f"the call failed with {type(error).__name__}"
            raise ProviderUnavailable(detail, Fault.FAILED) from error
