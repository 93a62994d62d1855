"""Webhooks."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.usecases.ports.database import Transaction


class Inbox(Protocol):
    """Webhooks that were answered and not worked on yet."""

    async def keep(self, config: ProviderConfig, webhook_id: str, annotations: Sequence[Annotation]) -> None:
        """Keep a webhook once."""

    async def drain(
        self, work: Callable[[Transaction, str, str, Sequence[Annotation]], Awaitable[None]]
    ) -> bool:
        """Work on one webhook in a transaction; False when there is none."""
