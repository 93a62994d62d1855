"""Encode events to records."""

from datetime import datetime

import ormsgpack

from shoal.contracts.base import Event
from shoal.contracts.envelope import Envelope
from shoal.contracts.topics import Topic
from shoal.messaging.records.envelope import to_headers
from shoal.messaging.records.messages import OutgoingMessage
from shoal.messaging.records.tracing import trace_event
from shoal.observability.traces import are_traces_on

CONTENT_TYPES = {"json": "application/json", "msgpack": "application/msgpack"}


def encode(
    topic: Topic,
    event: Event,
    *,
    event_id: str,
    source: str,
    time: datetime,
) -> OutgoingMessage:
    """Return the record that carries `event` on `topic`; if traces are on, export the step that it ends.

    `event_id` must be derived from the event's cause, so that a repeated effect has the same id. Raises
    ValueError if the event does not belong on the topic.
    """
    if not isinstance(event, topic.events):
        raise ValueError(f"{type(event).__name__} does not belong on topic {topic.name}")
    key = event.key()
    envelope = Envelope(
        id=event_id,
        source=source,
        type=event.TYPE,
        time=time,
        subject=key,
        project=event.project,
        content_type=CONTENT_TYPES[topic.encoding],
        traceparent=trace_event(event) if are_traces_on() else None,
    )
    return OutgoingMessage(topic.name, key.encode(), _encode_value(topic, event), to_headers(envelope))


def _encode_value(topic: Topic, event: Event) -> bytes:
    if topic.encoding == "msgpack":
        return ormsgpack.packb(event.model_dump(), option=ormsgpack.OPT_NAIVE_UTC)
    return bytes(event.__pydantic_serializer__.to_json(event))
