"""The inbox of webhooks."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.usecases.ports.database import Transaction

Lane = tuple[str, str]


class Inbox(Protocol):
    """Webhooks that were answered and are not processed yet."""

    async def keep(self, config: ProviderConfig, webhook_id: str, annotations: Sequence[Annotation]) -> bool:
        """Store a webhook once; return False for a repeated id, which changes nothing."""

    async def due(self) -> Sequence[Lane]:
        """Return the (project, provider) of webhooks that wait."""

    async def drain(
        self, lane: Lane, work: Callable[[Transaction, str, str, Sequence[Annotation]], Awaitable[None]]
    ) -> bool:
        """Process one webhook of a provider in a transaction; return False if none is due.

        A webhook that fails is tried again later, and parked with the reason after a few attempts.
        """
