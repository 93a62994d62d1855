"""Dead letters of records that a consumer took, and that its background work refuses later."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from shoal.contracts.topics import Topic, known_reason
from shoal.messaging.dead_letters.letters import Sender, dead_letter, summary_letter
from shoal.messaging.dead_letters.limiting import LetterLimit, LetterPolicy
from shoal.messaging.records.decoding import RejectedRecord
from shoal.messaging.records.messages import OutgoingMessage
from shoal.observability import metrics

_log = structlog.get_logger("shoal.messaging")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRecord:
    """A record as it was on its topic. timestamp: milliseconds since 1970; 0 if it was not kept."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    timestamp: int = 0

    @classmethod
    def of(cls, message: OutgoingMessage, partition: int, offset: int) -> "TakenRecord":
        """Return the record of a message that was read from a place of its topic."""
        return cls(
            topic=message.topic,
            partition=partition,
            offset=offset,
            key=message.key,
            value=message.value,
            headers=message.headers,
        )


class LateLetters:
    """Makes the dead letters of one consumer group; `shoal dlq replay` publishes their records again.

    Above the limit of a project, a letter holds the place of its record only.
    """

    def __init__(self, topic: Topic, group: str, version: str, clock: Callable[[], datetime]) -> None:
        self._labels = (topic.name, group)
        self._version = version
        self._clock = clock
        self._limit = LetterLimit(LetterPolicy())

    def letter_of(self, record: TakenRecord, reason: str, detail: str) -> OutgoingMessage:
        """Return the dead letter of a record, and count it. reason, detail: see Rejection."""
        topic, group = self._labels
        metrics.DEAD_LETTERED.labels(topic, group, known_reason(reason)).inc()
        _log.warning(
            "dead_letter",
            consumer=f"{group}:{topic}",
            partition=record.partition,
            offset=record.offset,
            reason=reason,
            detail=detail,
        )
        now = self._clock()
        refused, sender = RejectedRecord(record, reason, detail), Sender(group, self._version, now)
        _, summarised = self._limit.divide([refused], now.timestamp())
        for project, part in summarised.items():
            metrics.SUMMARISED.labels(topic, group).inc(len(part))
            return summary_letter(part, project, sender)
        return dead_letter(refused, sender)
