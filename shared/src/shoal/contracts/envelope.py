"""CloudEvents 1.0 attributes of one event, sent in Kafka as `ce_` headers (binary content mode)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The attributes of one event. `id` is deterministic: a repeated effect has the same id.

    Source: CloudEvents 1.0.2, https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
    """

    id: str
    source: str  # "/shoal/<service>"
    type: str  # "shoal.<entity>.<event>.v<N>"
    time: datetime  # timezone-aware
    subject: str  # the event's key
    project: str  # extension attribute: the tenant
    content_type: str = "application/json"
    traceparent: str | None = None  # W3C trace context, extension attribute
