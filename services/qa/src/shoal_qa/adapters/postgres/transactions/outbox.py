"""The outgoing messages of a transaction in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox


class PostgresOutbox:
    """Messages on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn
        self._outbox = Outbox()

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send messages after this transaction commits."""
        await self._outbox.add(self._conn, messages)

    async def publish_checked(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send messages of a request after this transaction commits. Raises MessageTooLarge."""
        await self._outbox.add_checked(self._conn, messages)
