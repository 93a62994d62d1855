"""The envelope as Kafka headers: CloudEvents 1.0.2, Kafka protocol binding, binary content mode.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from shoal.contracts.envelope import Envelope
from shoal.messaging.records.messages import BAD_NAME, Headers

_REQUIRED = ("ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_project")


class BadEnvelope(ValueError):
    """A header is missing or unreadable; the text names it and the fix."""


def to_headers(envelope: Envelope) -> Headers:
    """Return the headers of a record that carries `envelope`."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_time", _format_time(envelope.time)),
        ("ce_subject", envelope.subject.encode()),
        ("ce_project", envelope.project.encode()),
        ("content-type", envelope.content_type.encode()),
    ]
    if envelope.traceparent:
        headers.append(("ce_traceparent", envelope.traceparent.encode()))
    return tuple(headers)


def from_headers(headers: Iterable[tuple[str, bytes | None]]) -> Envelope:
    """Return the envelope in a record's headers; other headers are ignored.

    Raises BadEnvelope.
    """
    values = dict(headers)
    if BAD_NAME in values:
        raise BadEnvelope(f"header name {values[BAD_NAME]!r:.60} is not UTF-8: name headers in UTF-8")
    try:  # runs for every record: the fast path first, a fault is named afterwards
        time = datetime.fromisoformat(values["ce_time"].decode())  # type: ignore[union-attr]
        if time.tzinfo is None:
            raise ValueError
        traceparent = values.get("ce_traceparent")
        return Envelope(
            id=values["ce_id"].decode(),  # type: ignore[union-attr]
            source=values["ce_source"].decode(),  # type: ignore[union-attr]
            type=values["ce_type"].decode(),  # type: ignore[union-attr]
            time=time,
            subject=values["ce_subject"].decode(),  # type: ignore[union-attr]
            project=values["ce_project"].decode(),  # type: ignore[union-attr]
            content_type=(values.get("content-type") or b"application/json").decode(),
            traceparent=traceparent.decode() if traceparent else None,
        )
    except (KeyError, AttributeError, ValueError):
        raise BadEnvelope(_fault_of(values)) from None


def _format_time(time: datetime) -> bytes:
    if time.tzinfo is None:
        raise ValueError("an event's time needs a time zone")
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()


def _fault_of(headers: dict[str, bytes | None]) -> str:
    """Return the fault of the first bad header, and its fix."""
    for name in (*_REQUIRED, "content-type", "ce_traceparent"):
        raw = headers.get(name)
        if raw is None and name in _REQUIRED:
            return f"header {name} is missing: publish with shoal.messaging.encode"
        try:
            (raw or b"").decode()
        except UnicodeDecodeError:
            return f"header {name} is not UTF-8: {raw!r:.60}"
    return (
        f"header ce_time must be an RFC 3339 time with a zone, such as ...Z; it is {headers['ce_time']!r:.60}"
    )
