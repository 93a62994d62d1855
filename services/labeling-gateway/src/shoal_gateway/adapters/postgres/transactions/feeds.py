"""Feeds of a transaction, in PostgreSQL."""

from typing import Any

from shoal_gateway.domain.providers import ProviderConfig


class PostgresFeeds:
    """Feeds on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def save_cursor(self, config: ProviderConfig, cursor: str | None) -> None:
        """Store the position reached in a feed, forget its failures, and end this replica's turn."""
        await self._conn.execute(
            """UPDATE poll_cursors SET cursor = $3, leased_until = NULL, failures = 0, error = NULL
               WHERE project = $1 AND provider = $2""",
            *config.key,
            cursor,
        )
