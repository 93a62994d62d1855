"""The envelope as Kafka headers: CloudEvents 1.0.2, Kafka protocol binding, binary content mode.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from shoal.contracts.envelope import Envelope
from shoal.messaging.messages import Headers

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
        ("ce_time", _timestamp(envelope.time)),
        ("ce_subject", envelope.subject.encode()),
        ("ce_project", envelope.project.encode()),
        ("content-type", envelope.content_type.encode()),
    ]
    if envelope.traceparent:
        headers.append(("ce_traceparent", envelope.traceparent.encode()))
    return tuple(headers)


def from_headers(headers: Iterable[tuple[str, bytes | None]]) -> Envelope:
    """Return the envelope in a record's headers; headers that are not CloudEvents attributes are not read.

    Raises BadEnvelope.
    """
    found = dict(headers)
    id_, source, type_, time, subject, project = (_text(found, name) for name in _REQUIRED)
    return Envelope(
        id=id_,
        source=source,
        type=type_,
        time=_time(time),
        subject=subject,
        project=project,
        content_type=_text(found, "content-type", "application/json"),
        traceparent=_text(found, "ce_traceparent", "") or None,
    )


def _timestamp(time: datetime) -> bytes:
    if time.tzinfo is None:
        raise ValueError("an event's time needs a time zone")
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()


def _text(headers: dict[str, bytes | None], name: str, default: str | None = None) -> str:
    raw = headers.get(name)
    if raw is None:
        if default is not None:
            return default
        raise BadEnvelope(f"header {name} is missing: publish with shoal.messaging.encode")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise BadEnvelope(f"header {name} is not UTF-8: {raw[:40]!r}") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadEnvelope(f"header ce_time is not an RFC 3339 time: {text[:40]!r}") from None
    if time.tzinfo is None:
        raise BadEnvelope(f"header ce_time has no time zone: {text[:40]!r}; append Z for UTC")
    return time
