"""Dead letters on `<topic>.<group>.dlq`: the original key, value and headers, and headers with the reason."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import ormsgpack

from shoal.contracts.topics import dead_letter_topic
from shoal.messaging.clients.broker import MAX_MESSAGE_BYTES
from shoal.messaging.records.decoding import Record, RejectedRecord
from shoal.messaging.records.messages import Headers, OutgoingMessage

PREFIX = "shoal_dlq_"
ATTEMPT = "shoal_replay_attempt"
"""Header of a replayed record: the number of its replays. The next dead letter has it too."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who rejects records: the consumer group and the version of the service, and when."""

    group: str
    version: str
    at: datetime


_SHOWN_BYTES = 1000  # of a larger one


def dead_letter(refused: RejectedRecord, sender: Sender) -> OutgoingMessage:
    """Return the dead letter of `refused`.

    The original headers come first, unchanged. Of a record of more than MAX_MESSAGE_BYTES the letter holds
    the first bytes only, with `shoal_dlq_pointer`: the record stays at its topic, partition and offset.
    """
    record = refused.record
    facts = _facts_of(refused, sender)
    size = _size_of(record)
    if size <= MAX_MESSAGE_BYTES:
        return _new_letter(record.topic, facts, key=record.key, value=record.value, headers=record.headers)
    return pointer_letter(refused, sender)


def pointer_letter(refused: RejectedRecord, sender: Sender) -> OutgoingMessage:
    """Return a dead letter that names its record's place and holds its first bytes only."""
    record = refused.record
    facts = _facts_of(refused, sender)
    facts |= {"pointer": 1, "key_bytes": len(record.key or b""), "value_bytes": len(record.value or b"")}
    headers = [
        (name, value)
        for name, value in record.headers
        if name.startswith("ce_") and len(value or b"") <= _SHOWN_BYTES
    ]
    key = record.key if len(record.key or b"") <= _SHOWN_BYTES else None
    value = (record.value or b"")[:_SHOWN_BYTES]
    return _new_letter(record.topic, facts, key=key, value=value, headers=headers)


def summary_letter(refused: Sequence[RejectedRecord], project: str, sender: Sender) -> OutgoingMessage:
    """Return one letter for many records of a project; its value lists partition and offset of each."""
    first = refused[0]
    reasons = Counter(rejected.reason for rejected in refused)
    detail = ", ".join(f"{reason}: {count}" for reason, count in reasons.most_common(20))
    facts = _facts_of(RejectedRecord(first.record, "summarised", detail), sender) | {"records": len(refused)}
    places = [[rejected.record.partition, rejected.record.offset] for rejected in refused]
    name = project.encode("utf-8", "replace")
    value = json.dumps({"records": places}).encode()
    return _new_letter(first.record.topic, facts, key=name, value=value, headers=[("ce_project", name)])


def _facts_of(refused: RejectedRecord, sender: Sender) -> dict[str, object]:
    record = refused.record
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "group": sender.group,
        "reason": refused.reason,
        "detail": refused.detail[:2000],
        "attempt": replay_attempt(record.headers) + 1,
        "version": sender.version,
        "time": sender.at.isoformat(),
    }


def _new_letter(
    topic: str,
    facts: Mapping[str, object],
    *,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes]],
) -> OutgoingMessage:
    added = tuple(
        (PREFIX + name, str(fact).encode("utf-8", "backslashreplace")) for name, fact in facts.items()
    )
    return OutgoingMessage(
        topic=dead_letter_topic(topic, str(facts["group"])),
        key=key,
        value=value or b"",
        headers=(*original_headers(headers), *added),
    )


def _size_of(record: Record) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers


def original_record(headers: Sequence[tuple[str, bytes]], key: bytes | None, value: bytes) -> OutgoingMessage:
    """Return the original record of a dead letter, for its original topic, with the number of replays raised.

    Raises KeyError if the headers are not those of a dead letter with a whole record.
    """
    facts = letter_facts(headers)
    if facts.keys() & {"pointer", "records"}:
        raise KeyError("pointer")
    return OutgoingMessage(facts["topic"], key, value, _counted_headers(headers))


def repeated_record(record: Record) -> OutgoingMessage:
    """Return a record for its own topic once more, with the number of replays raised."""
    return OutgoingMessage(record.topic, record.key, record.value or b"", _counted_headers(record.headers))


def _counted_headers(headers: Sequence[tuple[str, bytes]]) -> Headers:
    remaining = tuple(pair for pair in original_headers(headers) if pair[0] != ATTEMPT)
    return (*remaining, (ATTEMPT, str(replay_attempt(headers) + 1).encode()))


def summarised_places(value: bytes) -> list[tuple[int, int]]:
    """Return partition and offset of each record of a summary letter. Raises ValueError."""
    records = json.loads(value)["records"]
    return [(int(partition), int(offset)) for partition, offset in records]


def letter_facts(headers: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """Return a dead letter's topic, partition, offset, group, reason, detail, attempt, version and time."""
    return {
        name.removeprefix(PREFIX): value.decode("utf-8", "replace")
        for name, value in headers
        if name.startswith(PREFIX)
    }


def event_facts(headers: Sequence[tuple[str, bytes]], key: bytes | None, value: bytes) -> dict[str, str]:
    """Return which event a letter holds: its project, key, event id and correlation id.

    The correlation id is the field of that name, such as that of an inference's request and response; for
    other events, the event's id, which is in the services' logs. A fact that an unreadable record lacks is
    empty.
    """
    texts = {name: (raw or b"").decode("utf-8", "backslashreplace") for name, raw in headers}
    fields = _fields_of(value)
    event_id = texts.get("ce_id", "")
    return {
        "project": texts.get("ce_project") or _text_of(fields.get("project")),
        "key": (key or b"").decode("utf-8", "backslashreplace"),
        "event_id": event_id,
        "correlation_id": _text_of(fields.get("correlation_id")) or event_id,
    }


def _fields_of(value: bytes) -> Mapping[str, Any]:
    """Return the fields of a value, JSON or MessagePack; none if it is neither, or no object."""
    for load in (orjson.loads, ormsgpack.unpackb):
        try:
            fields = load(value)
        except ValueError:
            continue
        return fields if isinstance(fields, dict) else {}
    return {}


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""


def original_headers(headers: Sequence[tuple[str, bytes]]) -> Headers:
    """Return the headers of the original record."""
    return tuple((name, value) for name, value in headers if not name.startswith(PREFIX))


def replay_attempt(headers: Sequence[tuple[str, bytes]]) -> int:
    """Return how often the record has been replayed."""
    for name, value in headers:
        if name == ATTEMPT and value is not None and value.isdigit():
            return int(value)
    return 0
