"""Records without a broker."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shoal.contracts import topics
from shoal.contracts.envelope import Envelope
from shoal.contracts.samples import Content, SampleIngested
from shoal.contracts.topics import Topic
from shoal.messaging import OutgoingMessage, Received, encode

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Raw:
    """A record as Kafka would give it."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    topic: str = "samples.ingested"
    partition: int = 0
    timestamp: int = 1_764_000_000_000


def event(number: int) -> SampleIngested:
    """Return sample number `number`."""
    return SampleIngested(
        project="news",
        sample_id=f"sample-{number}",
        source="wire",
        source_id=str(number),
        content=Content(text=f"text {number}"),
        occurred_at=NOON,
        received_at=NOON,
    )


def message(number: int, topic: Topic = topics.SAMPLES_INGESTED) -> OutgoingMessage:
    """Return the record of sample `number` as a producer sends it."""
    return encode(topic, event(number), event_id=f"event-{number}", source="/shoal/test", time=NOON)


def raw(number: int, topic: Topic = topics.SAMPLES_INGESTED) -> Raw:
    """Return the record of sample `number`, at offset `number`."""
    outgoing = message(number, topic)
    return Raw(number, outgoing.key, outgoing.value, outgoing.headers)


def received(number: int) -> Received[SampleIngested]:
    """Return sample `number` as a handler gets it."""
    envelope = Envelope(
        id=f"event-{number}",
        source="/shoal/test",
        type=SampleIngested.TYPE,
        time=NOON,
        subject=f"sample-{number}",
        project="news",
    )
    return Received(
        event=event(number),
        id=envelope.id,
        envelope=envelope,
        topic="samples.ingested",
        partition=0,
        offset=number,
        timestamp=NOON,
    )
