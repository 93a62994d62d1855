"""Process one batch of raw records: decode it, handle it, publish dead letters."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from shoal.messaging.consuming.bisecting import HANDLER_ERROR, isolate
from shoal.messaging.consuming.consumer import Consumer
from shoal.messaging.consuming.faults import UNKNOWN_PROJECT, FaultWatch, Outcome, Result
from shoal.messaging.consuming.retrying import Retrier
from shoal.messaging.dead_letters.letters import dead_letter
from shoal.messaging.errors import is_transient
from shoal.messaging.records.decoding import Decoded, Decoder, Record, RejectedRecord
from shoal.messaging.records.messages import OutgoingMessage, Publisher, Received, Rejection
from shoal.observability import metrics

_log = structlog.get_logger("shoal.messaging")


class BatchProcessor:
    """Processes one consumer's batches, one at a time.

    After any exception the batch must not be committed.
    """

    def __init__(
        self, consumer: Consumer, publisher: Publisher, *, version: str, clock: Callable[[], datetime]
    ) -> None:
        self.consumer = consumer
        self.retrier = Retrier(consumer.retry, self._on_retry)
        self._publisher = publisher
        self._version = version
        self._clock = clock
        self._decoder = Decoder(consumer.topic)
        self.faults = FaultWatch(consumer.faults)
        self._labels = (consumer.topic.name, consumer.group)

    async def process(self, records: Sequence[Record]) -> float:
        """Return, once every record was handled or is on the dead-letter topic, how long to pause (seconds).

        Raises Stopping, or the error of an outage longer than the retry budget.
        """
        with metrics.HANDLED.labels(*self._labels).time():
            decoded = self._decoder.decode(records)
            rejections = await self.retrier.run(lambda: self._handle(decoded.events))
            refused = [*decoded.refused, *_refused_records(records, rejections)]
            await self._publish_letters(refused)
        metrics.CONSUMED.labels(*self._labels).inc(len(records))
        metrics.PROGRESS.labels(*self._labels).set(self._clock().timestamp())
        return self.faults.note_outcomes(_outcomes(records, decoded, refused))

    async def _handle(self, events: Sequence[Received]) -> Sequence[Rejection]:
        if not events:
            return ()
        policy = self.consumer.retry
        return await isolate(
            self.consumer.handle,
            events,
            attempts=policy.attempts,
            is_transient=is_transient,
            pause=lambda attempt: self.retrier.sleep(self.retrier.wait_s(attempt)),
        )

    async def _publish_letters(self, refused: Sequence[RejectedRecord]) -> None:
        if refused:
            letters = [self._letter(rejected) for rejected in refused]
            await self.retrier.run(lambda: self._publisher.publish(letters))
            self._count(refused)

    def _letter(self, refused: RejectedRecord) -> OutgoingMessage:
        return dead_letter(refused, group=self.consumer.group, version=self._version, at=self._clock())

    def _count(self, refused: Sequence[RejectedRecord]) -> None:
        for rejected in refused:
            metrics.DEAD_LETTERED.labels(*self._labels, rejected.reason).inc()
            _log.warning(
                "dead_letter",
                consumer=self.consumer.name,
                partition=rejected.record.partition,
                offset=rejected.record.offset,
                reason=rejected.reason,
                detail=rejected.detail,
            )

    def _on_retry(self, error: BaseException) -> None:
        metrics.RETRIED.labels(*self._labels).inc()
        _log.warning("retrying", consumer=self.consumer.name, error=repr(error))


def _position_of(record: Record | Received) -> tuple[int, int]:
    return record.partition, record.offset


def _outcomes(
    records: Sequence[Record], decoded: Decoded, refused: Sequence[RejectedRecord]
) -> list[Outcome]:
    """Return the outcome of each record in order; tombstones have none."""
    projects = {_position_of(event): event.envelope.project for event in decoded.events}
    faults = {_position_of(rejected.record) for rejected in decoded.refused}
    reasons = {_position_of(rejected.record): rejected.reason for rejected in refused}
    outcomes = []
    for record in records:
        position = _position_of(record)
        if position not in projects and position not in faults:
            continue
        result = Result.REFUSAL if position in reasons else Result.SUCCESS
        if position in faults or reasons.get(position) == HANDLER_ERROR:
            result = Result.FAULT
        project = projects.get(position) or _project_in_headers(record)
        outcomes.append(Outcome(result, project, record.key))
    return outcomes


def _project_in_headers(record: Record) -> str:
    for name, value in record.headers:
        if name == "ce_project":
            return (value or b"").decode("utf-8", "replace")
    return UNKNOWN_PROJECT


def _refused_records(records: Sequence[Record], rejections: Sequence[Rejection]) -> list[RejectedRecord]:
    """Return the raw record of each rejection; a record that was rejected twice occurs once."""
    if not rejections:
        return []
    raw = {_position_of(record): record for record in records}
    first: dict[tuple[int, int], Rejection] = {}
    for rejection in rejections:
        first.setdefault(_position_of(rejection.record), rejection)
    return [
        RejectedRecord(raw[position], rejection.reason, rejection.detail)
        for position, rejection in first.items()
    ]
