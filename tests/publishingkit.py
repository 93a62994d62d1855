"""A publisher that keeps what it is given, and records as consumers get them, without a broker."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shoal.contracts.envelope import Envelope
from shoal.messaging import OutgoingMessage, Received
from shoal.messaging.records.messages import E


class FakePublisher:
    """Keeps messages in order; `failure`, when set, is raised instead."""

    def __init__(self) -> None:
        self.messages: list[OutgoingMessage] = []
        self.failure: Exception | None = None

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Keep `messages`."""
        if self.failure is not None:
            raise self.failure
        self.messages += messages

    async def publish_promptly(self, messages: Sequence[OutgoingMessage]) -> None:
        """Keep `messages`."""
        await self.publish(messages)


def received(event: E, topic: str, *, event_id: str = "event-1", offset: int = 0) -> Received[E]:
    """Return `event` as a consumer of `topic` gets it."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    envelope = Envelope(
        id=event_id,
        source="/shoal/test",
        type=event.TYPE,
        time=moment,
        subject=event.key(),
        project=event.project,
    )
    return Received(
        event=event, id=event_id, envelope=envelope, topic=topic, partition=0, offset=offset, timestamp=moment
    )
