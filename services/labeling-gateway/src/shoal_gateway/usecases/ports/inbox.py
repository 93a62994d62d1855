"""The inbox of webhooks."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.usecases.ports.database import Transaction


class Inbox(Protocol):
    """Webhooks that were answered and are not processed yet."""

    async def keep(self, config: ProviderConfig, webhook_id: str, annotations: Sequence[Annotation]) -> None:
        """Store a webhook once; a repeated id changes nothing."""

    async def drain(
        self, work: Callable[[Transaction, str, str, Sequence[Annotation]], Awaitable[None]]
    ) -> bool:
        """Process one webhook in a transaction; return False if the inbox is empty."""
