"""Decode raw records to events: a batch is validated as a whole, and record by record only if one is bad."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import ormsgpack
from pydantic import TypeAdapter, ValidationError

from shoal.contracts.base import Event
from shoal.contracts.envelope import Envelope
from shoal.contracts.topics import Topic
from shoal.inputs import field_of
from shoal.messaging.records.envelope import BadEnvelope, from_headers
from shoal.messaging.records.messages import Received


class Record(Protocol):
    """The part of a Kafka record that decoding needs."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A raw record that can never be processed, and the reason."""

    record: Record
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """Events in the order of their records, and rejected records. Tombstones are in neither."""

    events: list[Received]
    refused: list[RejectedRecord]


class Decoder:
    """Decodes one topic's records; built once per consumer, because building a validator is slow."""

    def __init__(self, topic: Topic) -> None:
        self._msgpack = topic.encoding == "msgpack"
        self._lists: dict[str, TypeAdapter[list[Event]]] = {
            event.TYPE: TypeAdapter(list[event])  # type: ignore[valid-type]
            for event in topic.events
        }
        self._events: dict[str, type[Event]] = {event.TYPE: event for event in topic.events}

    def decode(self, records: Sequence[Record]) -> Decoded:
        """Return the events in `records`; a bad record does not affect others."""
        refused: list[RejectedRecord] = []
        enveloped = self._open(records, refused)
        events = self._validate(enveloped, refused)
        return Decoded(_received_events(events, refused), refused)

    def _open(
        self, records: Sequence[Record], refused: list[RejectedRecord]
    ) -> list[tuple[Record, Envelope]]:
        opened = []
        for record in records:
            if record.value is None:
                continue  # a tombstone, which matters only to the broker's compaction
            try:
                envelope = from_headers(record.headers)
            except BadEnvelope as error:
                refused.append(RejectedRecord(record, "envelope_invalid", str(error)))
                continue
            if envelope.type in self._events:
                opened.append((record, envelope))
            else:
                refused.append(
                    RejectedRecord(record, "type_unknown", _unknown_type(envelope.type, self._events))
                )
        return opened

    def _validate(
        self, opened: list[tuple[Record, Envelope]], refused: list[RejectedRecord]
    ) -> list[tuple[tuple[Record, Envelope], Event]]:
        types = {envelope.type for _, envelope in opened}
        if self._msgpack and len(types) == 1:
            try:
                parsed = [ormsgpack.unpackb(record.value) for record, _ in opened if record.value is not None]
                return list(zip(opened, self._lists[types.pop()].validate_python(parsed), strict=True))
            except Exception:  # noqa: S110 - each record is decoded alone below, which finds the fault
                pass
        return self._validate_singly(opened, refused)

    def _validate_singly(
        self, opened: list[tuple[Record, Envelope]], refused: list[RejectedRecord]
    ) -> list[tuple[tuple[Record, Envelope], Event]]:
        valid: list[tuple[tuple[Record, Envelope], Event]] = []
        for record, envelope in opened:
            try:
                event = self._parse(self._events[envelope.type], record.value or b"")
            except ValidationError as error:
                refused.append(RejectedRecord(record, "event_invalid", explain_faults(error)))
            except Exception as error:  # a decoder's limit, such as RecursionError, costs no neighbour
                form = "MessagePack" if self._msgpack else "JSON"
                refused.append(RejectedRecord(record, "value_unreadable", f"value is no {form}: {error!r}"))
            else:
                valid.append(((record, envelope), event))
        return valid

    def _parse(self, event: type[Event], value: bytes) -> Event:
        if self._msgpack:
            return event.model_validate(ormsgpack.unpackb(value))
        return event.model_validate_json(value)


UNKNOWN_PROJECT = ""
"""The project of a record whose headers name none; it may be any."""


def project_of(record: Record) -> str:
    """Return the project in a record's headers, whether or not it is valid."""
    for name, value in record.headers:
        if name == "ce_project":
            return (value or b"").decode("utf-8", "replace")
    return UNKNOWN_PROJECT


def explain_faults(error: ValidationError) -> str:
    """Return the first three faults of a validation with their fields; values may be private."""
    faults: list[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    named = [f"{field_of(fault['loc'] or ('value',))}: {fault['msg']}" for fault in faults[:3]]
    return "; ".join(named) + (f"; and {len(faults) - 3} more" if len(faults) > 3 else "")


def _unknown_type(type_: str, events: dict[str, type[Event]]) -> str:
    return f"header ce_type is {type_[:80]!r}; this consumer reads {', '.join(sorted(events))}"


def _received_events(
    events: list[tuple[tuple[Record, Envelope], Event]], refused: list[RejectedRecord]
) -> list[Received]:
    received = []
    for (record, envelope), event in events:
        if event.project != envelope.project:
            fault = f"header ce_project is {envelope.project[:80]!r}, the event's project {event.project!r}"
            refused.append(RejectedRecord(record, "envelope_invalid", f"{fault}: publish one of them"))
            continue
        try:
            received.append(_received_event(record, envelope, event))
        except (ValueError, OverflowError, OSError):  # Kafka takes any 64-bit number
            fault = f"Kafka timestamp {record.timestamp} is no time: publish milliseconds since 1970"
            refused.append(RejectedRecord(record, "timestamp_invalid", fault))
    return received


def _received_event(record: Record, envelope: Envelope, event: Event) -> Received:
    return Received(
        event=event,
        id=envelope.id,
        envelope=envelope,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )
