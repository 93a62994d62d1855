"""A service's declaration of a consumer; `Messaging.start` runs it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic

from shoal.contracts.topics import Topic
from shoal.messaging.records.messages import E, Received, Rejection

Handle = Callable[[Sequence[Received[E]]], Awaitable[Sequence[Rejection]]]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The waits for the end of a handler's outage before the batch goes back to the broker, in seconds.

    `outage_budget_s` must stay far below Kafka's max.poll.interval (300 s), or the group reassigns the
    partitions. `attempts`: the number of tries of a record that fails for an unknown reason before it is
    rejected.
    """

    first_wait_s: float = 0.1
    longest_wait_s: float = 10.0
    outage_budget_s: float = 60.0
    attempts: int = 3


@dataclass(frozen=True, slots=True)
class CapPolicy:
    """How many rejected records are taken for bad data; more are taken for a bad deployment.

    The consumer stops after more than `max_consecutive` consecutive rejections, or more than a share
    `max_ratio` of the last `window` records, once there are `window` records.
    """

    max_consecutive: int = 100
    max_ratio: float = 0.5
    window: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer(Generic[E]):
    """One consumer group's handler of one topic.

    `handle` gets a decoded batch of at most `max_records` from any of the topic's partitions, and returns
    rejections of the records that can never succeed. It must be idempotent: records may come again, in other
    batches.
    """

    topic: Topic
    group: str
    handle: Handle[E]
    max_records: int = 500
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    cap: CapPolicy = field(default_factory=CapPolicy)

    @property
    def name(self) -> str:
        """Return the consumer's name in logs and health reports."""
        return f"{self.group}:{self.topic.name}"
