"""Process one batch of raw records: decode it, handle it, publish dead letters."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from shoal.contracts.topics import known_reason
from shoal.messaging.consuming.bisecting import HANDLER_ERROR, isolate
from shoal.messaging.consuming.consumer import Consumer
from shoal.messaging.consuming.faults import FaultWatch, Outcome, Result
from shoal.messaging.consuming.retrying import Retrier
from shoal.messaging.dead_letters.letters import Sender, dead_letter, pointer_letter, summary_letter
from shoal.messaging.dead_letters.limiting import LetterLimit
from shoal.messaging.errors import MessageTooLarge, action_after, is_transient
from shoal.messaging.records.decoding import Decoded, Decoder, Record, RejectedRecord, project_of
from shoal.messaging.records.messages import Publisher, Received, Rejection
from shoal.observability import metrics
from shoal.outages import Action
from shoal.progress import Progress

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
        self._limit = LetterLimit(consumer.letters)
        self._labels = (consumer.topic.name, consumer.group)
        self.progress = Progress()
        self.waits_for = ""
        """The error of the outage whose end the consumer awaits; empty while it works."""

    async def process(self, records: Sequence[Record]) -> float:
        """Return, once every record was handled or is on the dead-letter topic, how long to pause (seconds).

        A record that makes this pipeline itself fail, outside the handler, is found by halving and set aside
        too. Raises Stopping, or the error of an outage longer than the retry budget.
        """
        try:
            return await self._process_batch(records)
        except Exception as error:
            if is_transient(error):
                raise
            _log.exception("pipeline_failed", consumer=self.consumer.name, records=len(records))
            if len(records) > 1:
                middle = len(records) // 2
                return max(await self.process(records[:middle]), await self.process(records[middle:]))
            return await self._set_aside(records[0], error)

    async def _process_batch(self, records: Sequence[Record]) -> float:
        with metrics.HANDLED.labels(*self._labels).time():
            decoded = self._decoder.decode(records)
            rejections = await self.retrier.run(lambda: self._handle(decoded.events))
            refused = [*decoded.refused, *_refused_records(records, rejections)]
            await self._publish_letters(refused)
        self.waits_for = ""
        metrics.CONSUMED.labels(*self._labels).inc(len(records))
        metrics.PROGRESS.labels(*self._labels).set(self._clock().timestamp())
        return self.faults.note_outcomes(_outcomes_of(records, decoded, refused))

    async def _set_aside(self, record: Record, error: Exception) -> float:
        """Publish a letter that points to a record which nothing can be done with."""
        refused = RejectedRecord(record, "consumer_error", f"{type(error).__name__}: {error}"[:1000])
        letter = pointer_letter(refused, self._sender())
        await self.retrier.run(lambda: self._publisher.publish([letter]))
        self._count([refused], [refused])
        return self.faults.note_outcomes([Outcome(Result.FAULT, project_of(record), record.key)])

    async def _handle(self, events: Sequence[Received]) -> Sequence[Rejection]:
        if not events:
            return ()
        policy = self.consumer.retry
        return await isolate(
            self._call_handler,
            events,
            attempts=policy.attempts,
            is_transient=is_transient,
            pause=lambda attempt: self.retrier.sleep(self.retrier.wait_s(attempt)),
        )

    async def _call_handler(self, events: Sequence[Received]) -> Sequence[Rejection]:
        self.progress.note()
        return await self.consumer.handle(events)

    async def _publish_letters(self, refused: Sequence[RejectedRecord]) -> None:
        if not refused:
            return
        single, summarised = self._limit.divide(refused, self._clock().timestamp())
        sender = self._sender()
        letters = [dead_letter(rejected, sender) for rejected in single]
        letters += [summary_letter(part, project, sender) for project, part in summarised.items()]
        try:
            await self.retrier.run(lambda: self._publisher.publish(letters))
        except MessageTooLarge:  # the topic's own limit is lower than ours
            pointers = [pointer_letter(rejected, sender) for rejected in refused]
            await self.retrier.run(lambda: self._publisher.publish(pointers))
        self._count(refused, single)
        for project, part in summarised.items():
            metrics.SUMMARISED.labels(*self._labels).inc(len(part))
            _log.warning(
                "dead_letters_summarised", consumer=self.consumer.name, project=project, records=len(part)
            )

    def _sender(self) -> Sender:
        return Sender(self.consumer.group, self._version, self._clock())

    def _count(self, refused: Sequence[RejectedRecord], single: Sequence[RejectedRecord]) -> None:
        for reason, count in Counter(known_reason(rejected.reason) for rejected in refused).items():
            metrics.DEAD_LETTERED.labels(*self._labels, reason).inc(count)
        for rejected in single:
            _log.warning(
                "dead_letter",
                consumer=self.consumer.name,
                partition=rejected.record.partition,
                offset=rejected.record.offset,
                reason=rejected.reason,
                detail=rejected.detail,
            )

    def _on_retry(self, error: BaseException) -> None:
        self.progress.note()
        metrics.RETRIED.labels(*self._labels).inc()
        halts = action_after(error) is Action.HALT
        self.waits_for = f"{'an operator' if halts else 'the end of an outage'}: {error!r}"[:500]
        if halts:
            _log.error(
                "consumer_halted", consumer=self.consumer.name, error=repr(error), see="docs/outages.md"
            )
        else:
            _log.warning("retrying", consumer=self.consumer.name, error=repr(error))


def _position_of(record: Record | Received) -> tuple[int, int]:
    return record.partition, record.offset


def _outcomes_of(
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
        project = projects.get(position) or project_of(record)
        outcomes.append(Outcome(result, project, record.key))
    return outcomes


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
