"""A service's declaration of a consumer; `Messaging.start` runs it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic

from shoal.contracts.topics import Topic
from shoal.messaging.dead_letters.limiting import LetterPolicy
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPolicy:
    """When faults of our own pause a consumer: see shoal.messaging.consuming.faults.

    burst: consecutive faults, refusals not counted, after which it pauses; or a share `share` of the last
    `window` records. Both must come from `projects` projects and `keys` keys or more. probe_records: how many
    records it takes between pauses. Pauses last `first_pause_s`, then twice that, up to `longest_pause_s`
    seconds; 0 turns them off.
    """

    burst: int = 100
    share: float = 0.5
    window: int = 1000
    projects: int = 2
    keys: int = 3
    probe_records: int = 20
    first_pause_s: float = 1.0
    longest_pause_s: float = 300.0


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
    faults: FaultPolicy = field(default_factory=FaultPolicy)
    letters: LetterPolicy = field(default_factory=LetterPolicy)

    @property
    def name(self) -> str:
        """Return the consumer's name in logs and health reports."""
        return f"{self.group}:{self.topic.name}"
