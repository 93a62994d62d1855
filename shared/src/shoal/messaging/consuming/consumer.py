"""A consumer as a service declares it; `connect` runs it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic

from shoal.contracts.topics import Topic
from shoal.messaging.records.messages import E, Received, Rejection

Handle = Callable[[Sequence[Received[E]]], Awaitable[Sequence[Rejection]]]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a handler's outage is waited for before the batch goes back to the broker, in seconds.

    `outage_budget_s` stays far below Kafka's max.poll.interval (300 s), or the group would give the
    partitions
    away. `attempts` is how often a record that fails for an unknown reason is tried before it is refused.
    """

    first_wait_s: float = 0.1
    longest_wait_s: float = 10.0
    outage_budget_s: float = 60.0
    attempts: int = 3


@dataclass(frozen=True, slots=True)
class CapPolicy:
    """How many refused records look like bad data; more look like a bad deployment.

    The consumer stops when more than `max_consecutive` records in a row are refused, or more than
    `max_ratio` of
    the last `window` records once `window` have been seen.
    """

    max_consecutive: int = 100
    max_ratio: float = 0.5
    window: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer(Generic[E]):
    """One consumer group's handler of one topic.

    `handle` gets a decoded batch of at most `max_records`, of any of the topic's partitions, and returns the
    records
    that are permanently bad. It must be idempotent: a batch may come again, also split differently.
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
