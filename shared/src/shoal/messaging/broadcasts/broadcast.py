"""A compacted topic as a table in memory: every replica reads all of it, and goes on reading."""

import asyncio
from collections.abc import Callable
from typing import Generic

from shoal.contracts.topics import Topic
from shoal.messaging.records.messages import E, Received


class Broadcast(Generic[E]):
    """Applies every event of `topic`, from the beginning, in this process, without a consumer group.

    `apply` runs on the event loop, must be quick, and must tolerate the same event again: after an outage
    the topic
    is read from the beginning once more.
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
        """Tell whether everything that was on the topic when reading began has been applied."""
        return self._caught_up.is_set()

    def mark_caught_up(self) -> None:
        """Release those who wait for the table;
        called by the reader (and by tests that apply events themselves).
        """
        self._caught_up.set()

    async def caught_up(self) -> None:
        """Wait until everything that was on the topic when reading began has been applied."""
        await self._caught_up.wait()
