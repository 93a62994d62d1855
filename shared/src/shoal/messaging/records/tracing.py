"""The step of a sample's trace that an event ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shoal.contracts.base import Event
from shoal.contracts.labels import AnnotationSubmitted, LabelAccepted, LabelingJob
from shoal.contracts.samples import SampleEmbedded, SampleIngested
from shoal.contracts.selections import SamplingDecided
from shoal.observability.traces import Attributes, Step, report_step, traceparent_of

_LONGEST = timedelta(days=1)  # a log from years ago has no span of years


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """A step, with its times in seconds before and at its end, from the event. part: see report_step."""

    step: Step
    times: Callable[[Any], tuple[datetime | None, datetime]] | None = None
    part: Callable[[Any], str] = lambda _event: ""
    attributes: Callable[[Any], Attributes] = field(default=lambda _event: {})


def _annotation_times(event: AnnotationSubmitted) -> tuple[datetime, datetime]:
    return event.submitted_at - timedelta(seconds=event.duration_s or 0.0), event.submitted_at


_STAGES: Mapping[type[Event], _Stage] = {
    SampleIngested: _Stage(
        step=Step.INGEST,
        times=lambda event: (event.occurred_at, event.received_at),
        attributes=lambda event: {"shoal.source": event.source},
    ),
    SampleEmbedded: _Stage(
        step=Step.EMBED,
        times=lambda event: (event.received_at, event.embedded_at),
        attributes=lambda event: {"shoal.encoder": event.embedding.generation.name},
    ),
    SamplingDecided: _Stage(
        step=Step.DECIDE,
        times=lambda event: (None, event.decided_at),
        attributes=lambda event: {"shoal.taken": any(decision.taken for decision in event.decisions)},
    ),
    LabelingJob: _Stage(step=Step.DECIDE),  # the span is that of the decision
    AnnotationSubmitted: _Stage(
        step=Step.ANNOTATE,
        times=_annotation_times,
        part=lambda event: f"{event.provider}/{event.annotation_id}/{event.revision}",
        attributes=lambda event: {"shoal.provider": event.provider, "shoal.action": event.action},
    ),
    LabelAccepted: _Stage(
        step=Step.ACCEPT,
        times=lambda event: (None, event.accepted_at),
        part=lambda event: str(event.revision),
        attributes=lambda event: {"shoal.state": event.state, "shoal.votes": event.evidence.votes},
    ),
}


def trace_event(event: Event) -> str | None:
    """Export the span that the event ends; return its traceparent, None for events that are in no trace."""
    stage = _STAGES.get(type(event))
    if stage is None:
        return None
    sample_id: str = event.sample_id  # type: ignore[attr-defined]
    part = stage.part(event)
    if stage.times is not None:
        start, end = stage.times(event)
        report_step(
            stage.step,
            sample_id,
            start=max(start or end, end - _LONGEST),
            end=end,
            part=part,
            attributes={"shoal.project": event.project, **stage.attributes(event)},
        )
    return traceparent_of(sample_id, stage.step, part)
