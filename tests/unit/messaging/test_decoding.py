"""Raw records to events: a bad record costs only itself."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoal.contracts import topics
from shoal.contracts.answers import Box
from shoal.contracts.labels import AnnotationSubmitted
from shoal.contracts.samples import SampleEmbedded
from shoal.contracts.selections import PolicyDecision
from shoal.contracts.topics import Topic
from shoal.messaging.records.decoding import Decoder
from shoal.messaging.records.encoding import encode
from unit.messaging.messagingkit import Raw, event, raw

MSGPACK = topics.SAMPLES_INGESTED
JSON = replace(MSGPACK, encoding="json")
DECODERS = {topic.encoding: Decoder(topic) for topic in (MSGPACK, JSON)}


def bad(number: int, topic: Topic, fault: str) -> Raw:
    good = raw(number, topic)
    match fault:
        case "value":
            return replace(good, value=b"\xc1")
        case "fields":
            return replace(good, value=b"{}" if topic.encoding == "json" else b"\x80")
        case "two in one" if topic.encoding == "json":
            return replace(good, value=(good.value or b"") + b"," + (good.value or b""))
        case "two in one":
            return replace(good, value=(good.value or b"")[:20])
        case "header":
            return replace(good, headers=())
        case "other project":
            spoof = tuple((k, b"other" if k == "ce_project" else v) for k, v in good.headers)
            return replace(good, headers=spoof)
        case _:
            return replace(good, headers=tuple((k, b"x" if k == "ce_type" else v) for k, v in good.headers))


@pytest.mark.parametrize("topic", [MSGPACK, JSON], ids=lambda topic: topic.encoding)
@given(
    faults=st.lists(
        st.sampled_from(["", "value", "fields", "two in one", "header", "type", "other project"]), max_size=12
    )
)
def test_every_record_is_an_event_or_refused_with_a_reason(topic: Topic, faults: list[str]) -> None:
    records = [bad(n, topic, fault) if fault else raw(n, topic) for n, fault in enumerate(faults)]
    decoded = DECODERS[topic.encoding].decode(records)
    good = [n for n, fault in enumerate(faults) if not fault]
    assert [item.event for item in decoded.events] == [event(n) for n in good]
    assert [item.offset for item in decoded.events] == good
    assert [item.id for item in decoded.events] == [f"event-{n}" for n in good]
    assert sorted(item.record.offset for item in decoded.refused) == [
        n for n, fault in enumerate(faults) if fault
    ]
    assert all(item.reason and item.detail for item in decoded.refused)


@given(value=st.binary(max_size=60))
def test_no_bytes_break_the_decoder(value: bytes) -> None:
    for decoder in DECODERS.values():
        decoded = decoder.decode(
            [replace(raw(0), value=value), raw(1) if decoder is DECODERS["msgpack"] else raw(1, JSON)]
        )
        assert [received.offset for received in decoded.events] == [1]


def test_a_tombstone_is_neither_event_nor_fault() -> None:
    decoded = DECODERS["msgpack"].decode([replace(raw(0), value=None), raw(1)])
    assert [received.offset for received in decoded.events] == [1]
    assert decoded.refused == []


def test_a_fault_names_its_field_and_hides_the_value() -> None:
    secret = replace(raw(0, JSON), value=raw(0, JSON).value.replace(b'"news"', b'"SECRET!"'))  # type: ignore[union-attr]
    (refused,) = DECODERS["json"].decode([secret]).refused
    assert refused.detail.startswith("project: ")
    assert "SECRET" not in refused.detail


def test_an_event_of_another_topic_is_not_encoded() -> None:
    with pytest.raises(ValueError, match="does not belong on topic"):
        encode(topics.LABELING_JOBS, event(1), event_id="e", source="/s", time=event(1).occurred_at)


def test_a_value_that_is_all_wrong_is_refused_for_its_first_faults() -> None:
    # A list of a megabyte has a million faults, whose description held the event loop for four seconds.
    answer = {"kind": "boxes", "width": 9, "height": 9, "boxes": [{}] * 50}
    with pytest.raises(ValidationError) as caught:
        AnnotationSubmitted.model_validate({"answer": answer, "price": -1})
    of_boxes = [fault["loc"] for fault in caught.value.errors() if "boxes" in fault["loc"]]
    assert 0 < len(of_boxes) <= len(Box.model_fields)
    assert any("price" in fault["loc"] for fault in caught.value.errors())


AREA = {"left": 0.0, "top": 0.0, "right": 0.5, "bottom": 0.5}


def crop_of(name: str, box: int = 0, encoder: str = "eyes") -> dict[str, Any]:
    embedding = {"generation": {"name": encoder, "version": "1", "dimension": 1}, "vector": b"AAAA"}
    return {"sample_id": name, "box": box, "area": AREA, "embedding": embedding}


@pytest.mark.parametrize(
    ("crops", "fault"),
    [
        ([crop_of("c"), crop_of("d", box=1)], "the prediction has 1 boxes"),
        ([crop_of("c"), crop_of("c")], "the same sample_id"),
        ([crop_of("s")], "the same sample_id"),
        ([crop_of("c"), crop_of("d", encoder="ears")], "several generations"),
    ],
)
def test_a_sample_whose_crops_contradict_it_is_no_event(crops: list[dict[str, Any]], fault: str) -> None:
    sample = {
        "project": "p",
        "sample_id": "s",
        "source": "x",
        "source_id": "1",
        "content": {"text": "t"},
        "embedding": crop_of("s")["embedding"],
        "prediction": {"model": "m", "boxes": [{**AREA, "label": "fish"}]},
        "occurred_at": "2026-01-01T00:00:00Z",
        "embedded_at": "2026-01-01T00:00:00Z",
    }
    assert SampleEmbedded.model_validate({**sample, "crops": [crop_of("c"), crop_of("d")]}).crops
    with pytest.raises(ValidationError, match=fault):
        SampleEmbedded.model_validate({**sample, "crops": crops})


def test_no_policy_takes_a_sample_with_probability_zero() -> None:
    decision = {"policy": "audit", "version": 1, "probability": 0.0, "taken": False, "reason": ""}
    assert not PolicyDecision.model_validate(decision).taken
    with pytest.raises(ValidationError, match="probability is 0"):
        PolicyDecision.model_validate({**decision, "taken": True})
