"""Traces: the way of a sample from its inference to its accepted label, as OpenTelemetry spans.

The id of a trace is the sample's id, and the id of a span follows from the sample and the step. So every
service knows them without being told, nothing has to be stored while a sample waits for people, and a step
that is repeated has the same span. The events of a sample carry the span that caused them in their header
`ce_traceparent` (W3C Trace Context, CloudEvents' extension for distributed tracing).
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from typing import Any
from uuid import UUID

from shoal.observability.spans import Exporter, Span

Attributes = Mapping[str, str | int | float | bool]
_RANDOM_RANGE = 1 << 56
caller: ContextVar[str] = ContextVar("caller", default="")
"""The `traceparent` of the HTTP request that is being answered."""


class Step(Enum):
    """One step of a sample's way; the value is the name of its span."""

    INGEST = "ingest sample"
    EMBED = "embed sample"
    DECIDE = "decide on sample"
    ANNOTATE = "annotate sample"
    ACCEPT = "accept label"


_PARENTS = {
    Step.EMBED: Step.INGEST,
    Step.DECIDE: Step.EMBED,
    Step.ANNOTATE: Step.DECIDE,
    Step.ACCEPT: Step.DECIDE,
}


@dataclass(slots=True)
class _Tracing:
    """The exporter of this process, None while traces are off, and the share of samples that is traced."""

    exporter: Exporter | None = None
    ratio: float = 0.0


_tracing = _Tracing()


def start_traces(exporter: Exporter, ratio: float) -> Callable[[], None]:
    """Export the spans of a share of the samples, the same ones in every service; return what ends it."""
    _tracing.exporter, _tracing.ratio = exporter, ratio

    def stop() -> None:
        _tracing.exporter = None
        exporter.close()

    return stop


def are_traces_on() -> bool:
    """Return whether this process exports spans."""
    return _tracing.exporter is not None


def trace_id_of(sample_id: str) -> str:
    """Return the trace of a sample: 32 hexadecimal digits, those of its id if that is a UUID."""
    try:
        return UUID(sample_id).hex
    except ValueError:
        return blake2b(sample_id.encode(), digest_size=16).hexdigest()


def exemplar_of(sample_id: str) -> dict[str, str] | None:
    """Return the exemplar of an observation about a sample; None if it is not traced."""
    trace_id = trace_id_of(sample_id) if _tracing.exporter is not None else ""
    return {"trace_id": trace_id} if trace_id and _is_chosen(trace_id) else None


def traceparent_of(sample_id: str, step: Step, part: str = "") -> str | None:
    """Return the W3C traceparent of a step of a sample; None while traces are off."""
    if _tracing.exporter is None:
        return None
    trace_id = trace_id_of(sample_id)
    return f"00-{trace_id}-{_span_id(trace_id, step, part)}-{'01' if _is_chosen(trace_id) else '00'}"


def report_step(
    step: Step,
    sample_id: str,
    *,
    start: datetime,
    end: datetime,
    part: str = "",
    attributes: Attributes | None = None,
) -> None:
    """Export the span of a step, if the sample is traced. part: tells apart steps that a sample has twice."""
    if _tracing.exporter is None or not _is_chosen(trace_id := trace_id_of(sample_id)):
        return
    parent = _PARENTS.get(step)
    _tracing.exporter.export(
        Span(
            name=step.value,
            trace_id=trace_id,
            span_id=_span_id(trace_id, step, part),
            parent_id=_span_id(trace_id, parent, "") if parent else "",
            link=caller.get() if parent is None else "",
            start=min(start, end),
            end=end,
            attributes=attributes or {},
        )
    )


def add_trace_id(_logger: Any, _method: str, event: Any) -> Any:
    """Add the trace of a log line's sample (a processor of structlog)."""
    sample_id = event.get("sample_id")
    if isinstance(sample_id, str) and _tracing.exporter is not None:
        event["trace_id"] = trace_id_of(sample_id)
    return event


def _is_chosen(trace_id: str) -> bool:
    # By the last 7 bytes, which are random (W3C Trace Context, level 2); a UUID's eighth is not.
    return int(trace_id[18:], 16) < _tracing.ratio * _RANDOM_RANGE


def _span_id(trace_id: str, step: Step, part: str) -> str:
    return blake2b(f"{trace_id}/{step.name}/{part}".encode(), digest_size=8).hexdigest()
