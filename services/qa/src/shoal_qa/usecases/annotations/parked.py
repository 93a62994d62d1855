"""Dead letters of annotations that waited for their job."""

from dataclasses import dataclass
from datetime import datetime

from shoal import __version__
from shoal.contracts.ids import stable_id
from shoal.contracts.topics import LABELS_SUBMITTED
from shoal.messaging import OutgoingMessage, encode
from shoal.messaging.dead_letters.letters import Sender, dead_letter
from shoal.messaging.records.decoding import RejectedRecord
from shoal_qa.usecases.announce import SOURCE
from shoal_qa.usecases.ports import ReceivedAnnotation

GROUP = "qa"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def parked_letter(arrived: ReceivedAnnotation, reason: str, detail: str, now: datetime) -> OutgoingMessage:
    """Return the dead letter of an annotation that was stored until its job arrived or was late."""
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
    return dead_letter(RejectedRecord(record, reason, detail), Sender(GROUP, __version__, now))
