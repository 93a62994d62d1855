"""The feeds of providers: their cursors, and the replica that polls them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from shoal_gateway.domain.providers import ProviderConfig


class Feeds(Protocol):
    """Feeds of a transaction."""

    async def save_cursor(self, config: ProviderConfig, cursor: str | None) -> None:
        """Store the position reached in a feed, forget its failures, and end this replica's turn."""


class Cursors(Protocol):
    """Feeds by provider, polled by one replica at a time."""

    async def claim(
        self, config: ProviderConfig, now: datetime, interval: timedelta, lease: timedelta
    ) -> tuple[bool, str | None, int]:
        """Claim a turn to poll; return whether this replica got it, the cursor, and the failures in a row."""

    async def note_failure(self, config: ProviderConfig, error: str, next_at: datetime) -> None:
        """Store why a feed could not be read, and end this replica's turn; the next one is at `next_at`."""

    async def due(self, now: datetime) -> Sequence[ProviderConfig]:
        """Return the providers that have had a task and that no replica polls, if their time has come."""
