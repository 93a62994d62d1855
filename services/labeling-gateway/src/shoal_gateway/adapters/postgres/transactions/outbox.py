"""Events of a transaction, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from shoal.contracts.labels import AnnotationSubmitted
from shoal.contracts.topics import LABELS_SUBMITTED
from shoal.messaging import encode
from shoal.persistence import Outbox
from shoal_gateway.usecases.ports import Clock

SOURCE = "/shoal/labeling-gateway"


class PostgresOutbox:
    """Events on one connection."""

    def __init__(self, conn: Any, clock: Clock) -> None:
        self._conn = conn
        self._clock = clock
        self._outbox = Outbox()

    async def publish(self, events: Sequence[tuple[AnnotationSubmitted, str]]) -> None:
        """Put events into the outbox; the relay publishes them after the commit."""
        now = self._clock()
        messages = [
            encode(LABELS_SUBMITTED, event, event_id=event_id, source=SOURCE, time=now)
            for event, event_id in events
        ]
        if messages:
            await self._outbox.add(self._conn, messages)
