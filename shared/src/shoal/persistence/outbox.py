"""The outbox: a row and an event that must agree are written in one transaction."""

from collections.abc import Sequence
from typing import Any

from shoal.messaging import MessageTooLarge, OutgoingMessage

MOST_BYTES = 1_000_000
"""Size of an event that a request causes: every topic takes it, also one with Kafka's default limit."""

_ADD = """
INSERT INTO outbox (topic, key, value, header_names, headers) VALUES ($1, $2, $3, $4, $5)
"""


class Outbox:
    """Adds messages to the outbox of the connection's schema; stateless."""

    async def add(self, conn: Any, messages: Sequence[OutgoingMessage]) -> None:
        """Store `messages` for the relay; if the transaction fails, they are not published."""
        if not messages:
            return
        await conn.executemany(_ADD, [_message_row(message) for message in messages])
        # Delivered at the commit; it only wakes the relay, which also polls.
        await conn.execute("SELECT pg_notify(current_schema() || '_outbox', '')")

    async def add_checked(self, conn: Any, messages: Sequence[OutgoingMessage]) -> None:
        """Store messages of a request. Raises MessageTooLarge: what is accepted can be published."""
        for message in messages:
            if len(message.value) > MOST_BYTES:
                size = len(message.value)
                raise MessageTooLarge(f"the event has {size} bytes, above the limit of {MOST_BYTES}")
        await self.add(conn, messages)


def _message_row(message: OutgoingMessage) -> tuple[Any, ...]:
    names = [name for name, _ in message.headers]
    return message.topic, message.key, message.value, names, [value for _, value in message.headers]
