"""A compacted topic as a table in memory: every replica reads all of it and follows its changes."""

import asyncio
from collections.abc import Callable
from typing import Generic

from shoal.contracts.topics import Topic
from shoal.messaging.records.messages import E, Received


class Broadcast(Generic[E]):
    """Applies every event of `topic` in this process, from the beginning, without a consumer group.

    `apply` runs on the event loop, must be quick, and must tolerate repeated events: after an outage the
    topic is read from the beginning again.
    """

    def __init__(self, topic: Topic, apply: Callable[[Received[E]], None]) -> None:
        self.topic = topic
        self.apply = apply
        self._caught_up = asyncio.Event()

    @property
    def name(self) -> str:
        """Return the broadcast's name in logs and health reports."""
        return f"broadcast:{self.topic.name}"

    @property
    def is_caught_up(self) -> bool:
        """Return whether all events that were on the topic when reading began have been applied."""
        return self._caught_up.is_set()

    def mark_caught_up(self) -> None:
        """Mark the table as complete; called by the reader, and by tests that apply events themselves."""
        self._caught_up.set()

    async def caught_up(self) -> None:
        """Wait until all events that were on the topic when reading began have been applied."""
        await self._caught_up.wait()
