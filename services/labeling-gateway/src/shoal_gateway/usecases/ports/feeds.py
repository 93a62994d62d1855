"""Providers' feeds: their cursors, and the replica that polls."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from shoal_gateway.domain.providers import ProviderConfig


class Feeds(Protocol):
    """Feeds of a transaction."""

    async def save_cursor(self, config: ProviderConfig, cursor: str | None) -> None:
        """Keep how far a provider's feed was read."""


class Cursors(Protocol):
    """Feeds by provider, polled by one replica at a time."""

    async def claim(
        self, config: ProviderConfig, now: datetime, interval: timedelta, lease: timedelta
    ) -> tuple[bool, str | None]:
        """Return whether it is this replica's turn to poll, and the cursor."""

    async def due(self) -> Sequence[ProviderConfig]:
        """Return every provider that has had a task."""
