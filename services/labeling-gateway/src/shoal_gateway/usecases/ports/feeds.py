"""The feeds of providers: their cursors, and the replica that polls them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from shoal_gateway.domain.providers import ProviderConfig


class Feeds(Protocol):
    """Feeds of a transaction."""

    async def save_cursor(self, config: ProviderConfig, cursor: str | None) -> None:
        """Store the position reached in a provider's feed, and end this replica's turn."""


class Cursors(Protocol):
    """Feeds by provider, polled by one replica at a time."""

    async def claim(
        self, config: ProviderConfig, now: datetime, interval: timedelta, lease: timedelta
    ) -> tuple[bool, str | None]:
        """Claim a turn to poll; return whether this replica got it, and the cursor."""

    async def due(self) -> Sequence[ProviderConfig]:
        """Return every provider that has had a task."""
