"""Finished spans, exported with OTLP over HTTP by OpenTelemetry's own batching and protocol."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One finished span. Ids are hexadecimal; parent_id and link (a traceparent) may be empty."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    link: str
    start: datetime
    end: datetime
    attributes: Mapping[str, str | int | float | bool]


class Exporter(Protocol):
    """Takes finished spans; never blocks and never raises."""

    def export(self, span: Span) -> None:
        """Export a span, soon."""

    def close(self) -> None:
        """Export what is left, and stop."""


class OtlpExporter:
    """Exports spans in batches, in a thread. While the collector is away, spans are dropped."""

    def __init__(self, url: str, *, service: str, version: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._resource = Resource.create({"service.name": service, "service.version": version})
        self._batches = BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=5))

    def export(self, span: Span) -> None:
        """Put a span into the next batch; drop it if the queue of 2,048 spans is full."""
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.trace import Link

        link = TRACEPARENT.fullmatch(span.link)
        self._batches.on_end(
            ReadableSpan(
                name=span.name,
                context=_span_context(span.trace_id, span.span_id),
                parent=_span_context(span.trace_id, span.parent_id) if span.parent_id else None,
                resource=self._resource,
                attributes=dict(span.attributes),
                links=[Link(_span_context(link[1], link[2]))] if link else (),
                start_time=_epoch_nanoseconds(span.start),
                end_time=_epoch_nanoseconds(span.end),
            )
        )

    def close(self) -> None:
        """Export what is left."""
        self._batches.shutdown()  # type: ignore[no-untyped-call]


def _span_context(trace_id: str, span_id: str) -> "SpanContext":
    from opentelemetry.trace import SpanContext, TraceFlags

    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(1))


def _epoch_nanoseconds(time: datetime) -> int:
    return int(time.timestamp() * 1_000_000) * 1_000
