"""Send annotations whose job has not arrived to the dead letters, after a long wait."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shoal import __version__
from shoal.contracts.ids import stable_id
from shoal.contracts.topics import LABELS_SUBMITTED
from shoal.messaging import OutgoingMessage, encode
from shoal.messaging.dead_letters.letters import Sender, dead_letter
from shoal.messaging.records.decoding import RejectedRecord
from shoal_qa.usecases.announce import SOURCE
from shoal_qa.usecases.ports import Database, ReceivedAnnotation

GROUP = "qa"
PART = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class ExpireParked:
    """Expires parked annotations. The dead letter is committed with the removal."""

    def __init__(self, database: Database, wait: timedelta, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._wait = wait
        self._clock = clock

    async def __call__(self) -> int:
        """Expire at most PART annotations; return their number."""
        now = self._clock()
        async with self._database.transaction() as tx:
            late = await tx.annotations.remove_parked(now - self._wait, PART)
            await tx.outbox.publish([_dead_letter(received, self._wait, now) for received in late])
        return len(late)


def _dead_letter(arrived: ReceivedAnnotation, wait: timedelta, now: datetime) -> OutgoingMessage:
    event = arrived.event
    event_id = stable_id("annotation.parked", event.project, event.annotation_id, event.revision)
    message = encode(LABELS_SUBMITTED, event, event_id=event_id, source=SOURCE, time=event.submitted_at)
    partition, _, offset = arrived.origin.partition("/")
    record = _Record(
        topic=LABELS_SUBMITTED.name,
        partition=int(partition),
        offset=int(offset),
        timestamp=int(event.submitted_at.timestamp() * 1000),
        key=message.key,
        value=message.value,
        headers=message.headers,
    )
    hours = wait.total_seconds() / 3600
    detail = (
        f"job_id: no job {event.job_id!r} came within {hours:g} h; replay once its job is on labeling.jobs"
    )
    return dead_letter(RejectedRecord(record, "unknown_job", detail), Sender(GROUP, __version__, now))
