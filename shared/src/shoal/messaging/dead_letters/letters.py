"""Dead letters on `<topic>.<group>.dlq`: the original key, value and headers, and headers with the reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import ormsgpack

from shoal.contracts.topics import dead_letter_topic
from shoal.messaging.records.decoding import RejectedRecord
from shoal.messaging.records.messages import Headers, OutgoingMessage

PREFIX = "shoal_dlq_"
ATTEMPT = "shoal_replay_attempt"
"""Header of a replayed record: the number of its replays. The next dead letter has it too."""


def dead_letter(refused: RejectedRecord, *, group: str, version: str, at: datetime) -> OutgoingMessage:
    """Return the dead letter of `refused`. The original headers come first, unchanged."""
    record = refused.record
    facts = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "group": group,
        "reason": refused.reason,
        "detail": refused.detail[:2000],
        "attempt": replay_attempt(record.headers) + 1,
        "version": version,
        "time": at.isoformat(),
    }
    added = tuple(
        (PREFIX + name, str(fact).encode("utf-8", "backslashreplace")) for name, fact in facts.items()
    )
    return OutgoingMessage(
        topic=dead_letter_topic(record.topic, group),
        key=record.key,
        value=record.value or b"",
        headers=(*original_headers(record.headers), *added),
    )


def original_record(headers: Sequence[tuple[str, bytes]], key: bytes | None, value: bytes) -> OutgoingMessage:
    """Return the original record of a dead letter, for its original topic, with the number of replays raised.

    Raises KeyError if the headers are not those of a dead letter.
    """
    facts_ = letter_facts(headers)
    remaining = tuple(pair for pair in original_headers(headers) if pair[0] != ATTEMPT)
    counted = (ATTEMPT, str(replay_attempt(headers) + 1).encode())
    return OutgoingMessage(facts_["topic"], key, value, (*remaining, counted))


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
