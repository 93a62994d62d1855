"""The age of the oldest record of each partition that a consumer group has not finished with."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiokafka import TopicPartition

from shoal.observability import metrics

ReadTime = Callable[[TopicPartition, int], Awaitable[float | None]]
"""Returns the time of the record at an offset or after it, in seconds since 1970; None if it cannot."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The records of a partition from the next one of a group up to the end."""

    partition: TopicPartition
    next_offset: int
    end: int


@dataclass(frozen=True, slots=True)
class _Oldest:
    offset: int
    time_s: float


class Ages:
    """Exports ages. The time of a record is read once, so that a group that stands still costs no reading."""

    def __init__(self, read_time: ReadTime, now: Callable[[], float] = time.time) -> None:
        self._read_time = read_time
        self._now = now
        self._oldest: dict[tuple[str, TopicPartition], _Oldest | None] = {}

    async def note(self, group: str, waiting: Waiting, time_in_hand: float | None) -> None:
        """Note what waits. time_in_hand: the time of the oldest record, if the consumer works on it."""
        key = (group, waiting.partition)
        oldest = self._oldest.get(key)
        if waiting.next_offset >= waiting.end:
            self._oldest[key] = None
        elif oldest is None or oldest.offset != waiting.next_offset:
            read = time_in_hand or await self._read_time(waiting.partition, waiting.next_offset)
            # Of a record that cannot be read, the age is at least the time since it was first seen here.
            self._oldest[key] = _Oldest(waiting.next_offset, read or self._now())

    def refresh(self, group: str) -> None:
        """Export the ages of a group's partitions, also while Kafka does not answer: they grow then."""
        for (owner, partition), oldest in self._oldest.items():
            if owner == group:
                age = 0.0 if oldest is None else max(0.0, self._now() - oldest.time_s)
                metrics.LAG_SECONDS.labels(partition.topic, group, str(partition.partition)).set(age)

    def forget(self, group: str, partition: TopicPartition) -> None:
        """Remove a partition that another replica reads now."""
        if (group, partition) in self._oldest:
            del self._oldest[group, partition]
            metrics.LAG_SECONDS.remove(partition.topic, group, str(partition.partition))
