"""The envelope as Kafka headers, checked against the CloudEvents SDK."""

from datetime import UTC, datetime

import pytest
from cloudevents.kafka import KafkaMessage, from_binary
from hypothesis import given
from hypothesis import strategies as st

from shoal.contracts.envelope import Envelope
from shoal.messaging.records.envelope import BadEnvelope, from_headers, to_headers

PLAIN = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF), min_size=1, max_size=40)
TIMES = st.integers(0, 4_000_000_000_000_000).map(lambda us: datetime.fromtimestamp(us / 1e6, UTC))
ENVELOPES = st.builds(
    Envelope,
    id=PLAIN,
    source=PLAIN.map(lambda text: f"/shoal/{text}"),
    type=PLAIN,
    time=TIMES,
    subject=PLAIN,
    project=PLAIN,
    content_type=st.sampled_from(["application/json", "application/msgpack"]),
    traceparent=st.none() | PLAIN,
)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE = Envelope(
    id="id",
    source="/shoal/ingest",
    type="shoal.sample.ingested.v1",
    time=NOON,
    subject="sample",
    project="news",
)


@given(ENVELOPES)
def test_headers_give_the_envelope_back(envelope: Envelope) -> None:
    assert from_headers(to_headers(envelope)) == envelope


@given(ENVELOPES)
def test_the_cloudevents_sdk_reads_the_same(envelope: Envelope) -> None:
    event = from_binary(KafkaMessage(dict(to_headers(envelope)), b"key", b"{}"), data_unmarshaller=bytes)
    attributes = event.get_attributes()
    assert attributes["specversion"] == "1.0"
    assert attributes["datacontenttype"] == envelope.content_type
    for name in ("id", "source", "type", "subject", "project"):
        assert attributes[name] == getattr(envelope, name)
    assert datetime.fromisoformat(attributes["time"]) == envelope.time
    assert attributes.get("traceparent") == envelope.traceparent


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_project"])
def test_a_missing_header_is_named(name: str) -> None:
    with pytest.raises(BadEnvelope, match=f"{name} is missing"):
        from_headers(pair for pair in to_headers(ONE) if pair[0] != name)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [(b"\xff", "not UTF-8"), (b"noon", "RFC 3339"), (b"2026-11-24T12:00:00", "with a zone")],
)
def test_a_bad_time_is_explained(value: bytes, complaint: str) -> None:
    with pytest.raises(BadEnvelope, match=complaint):
        from_headers([*to_headers(ONE), ("ce_time", value)])


def test_a_time_without_a_zone_is_never_sent() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_headers(
            Envelope(id="id", source="/s", type="t", time=NOON.replace(tzinfo=None), subject="s", project="p")
        )


@given(st.lists(st.tuples(st.text(max_size=12), st.none() | st.binary(max_size=20)), max_size=8))
def test_foreign_headers_never_break_an_envelope(foreign: list[tuple[str, bytes | None]]) -> None:
    assert from_headers([*foreign, *to_headers(ONE)]).id == "id"
