"""Traces of samples: the same ids in every service, and none while traces are off."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shoal.contracts.samples import Content, SampleIngested
from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import encode
from shoal.observability.spans import Span
from shoal.observability.traces import (
    Step,
    add_trace_id,
    caller,
    exemplar_of,
    report_step,
    start_traces,
    trace_id_of,
    traceparent_of,
)

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
CALLER = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@dataclass
class Exported:
    """An exporter that keeps spans."""

    spans: list[Span] = field(default_factory=list)

    def export(self, span: Span) -> None:
        self.spans.append(span)

    def close(self) -> None:
        pass


@pytest.fixture
def exported() -> Iterator[list[Span]]:
    """Yield the spans of all samples."""
    exporter = Exported()
    stop = start_traces(exporter, ratio=1.0)
    yield exporter.spans
    stop()


def ingested(sample_id: str, occurred_at: datetime = MOMENT) -> SampleIngested:
    """Return the event of a sample."""
    return SampleIngested(
        project="news",
        sample_id=sample_id,
        source="wire",
        source_id="1",
        content=Content(text="Wheat"),
        occurred_at=occurred_at,
        received_at=MOMENT + timedelta(seconds=1),
    )


def header_of(event: SampleIngested) -> str | None:
    """Return the traceparent of the event's record."""
    message = encode(SAMPLES_INGESTED, event, event_id="e", source="/test", time=MOMENT)
    value = dict(message.headers).get("ce_traceparent")
    return value.decode() if value else None


def test_without_an_exporter_there_is_no_trace() -> None:
    sample_id = str(uuid4())
    report_step(Step.INGEST, sample_id, start=MOMENT, end=MOMENT)
    assert header_of(ingested(sample_id)) is None
    assert exemplar_of(sample_id) is None
    assert traceparent_of(sample_id, Step.INGEST) is None
    assert add_trace_id(None, "info", {"sample_id": sample_id}) == {"sample_id": sample_id}


def test_the_trace_of_a_sample_is_its_id(exported: list[Span]) -> None:
    sample_id = str(uuid4())
    assert trace_id_of(sample_id) == sample_id.replace("-", "")
    assert exemplar_of(sample_id) == {"trace_id": trace_id_of(sample_id)}
    assert add_trace_id(None, "info", {"sample_id": sample_id})["trace_id"] == trace_id_of(sample_id)
    assert len(trace_id_of("gold: no UUID")) == 32


def test_an_event_carries_the_span_that_caused_it(exported: list[Span]) -> None:
    sample_id = str(uuid4())
    header = header_of(ingested(sample_id))
    (span,) = exported
    assert header == f"00-{span.trace_id}-{span.span_id}-01"
    assert (span.name, span.parent_id) == ("ingest sample", "")
    assert span.end - span.start == timedelta(seconds=1)


def test_steps_are_children_of_the_step_before(exported: list[Span]) -> None:
    sample_id = str(uuid4())
    for step in (Step.INGEST, Step.EMBED, Step.DECIDE, Step.ACCEPT):
        report_step(step, sample_id, start=MOMENT, end=MOMENT)
    report_step(Step.ANNOTATE, sample_id, start=MOMENT, end=MOMENT, part="v/1/1")
    report_step(Step.ANNOTATE, sample_id, start=MOMENT, end=MOMENT, part="v/2/1")
    ids = {span.span_id for span in exported}
    assert len(ids) == len(exported) == 6
    assert all(span.parent_id in ids for span in exported[1:])


def test_a_repeated_step_is_the_same_span(exported: list[Span]) -> None:
    sample_id = str(uuid4())
    assert header_of(ingested(sample_id)) == header_of(ingested(sample_id))
    assert exported[0] == exported[1]


def test_the_caller_s_trace_is_linked(exported: list[Span]) -> None:
    token = caller.set(CALLER)
    header_of(ingested(str(uuid4())))
    caller.reset(token)
    assert exported[0].link == CALLER


def test_a_log_from_years_ago_has_no_span_of_years(exported: list[Span]) -> None:
    header_of(ingested(str(uuid4()), occurred_at=datetime(1999, 1, 1, tzinfo=UTC)))
    header_of(ingested(str(uuid4()), occurred_at=datetime(2099, 1, 1, tzinfo=UTC)))
    assert [span.end - span.start for span in exported] == [timedelta(days=1), timedelta(0)]


def test_every_service_traces_the_same_share() -> None:
    exporter = Exported()
    stop = start_traces(exporter, ratio=0.25)
    headers = [str(header_of(ingested(str(uuid4())))) for _ in range(1000)]
    stop()
    chosen = [header for header in headers if header.endswith("-01")]
    assert len(chosen) == len(exporter.spans)
    assert 180 <= len(chosen) <= 320
