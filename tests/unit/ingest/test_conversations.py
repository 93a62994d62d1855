"""Conversations and candidates at the door: what is accepted, and what names its fault."""

import json
from typing import Any

import pytest

from shoal.contracts.ids import sample_id
from shoal.contracts.samples import SampleIngested
from shoal_ingest.usecases.accept import to_event
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import Fault, parse_body
from shoal_ingest.usecases.contents import content_digest, content_field
from unit.ingest.test_accept import NOON

TURNS = [{"role": "user", "text": "How much?"}, {"role": "assistant", "text": "12 million tonnes."}]
ANSWERS = [{"id": "a", "text": "Much.", "model": "chat-7"}, {"id": "b", "text": "Little."}]


def parsed(**fields: Any) -> Inference | Fault:
    (item,) = parse_body(json.dumps({"project": "news", "source_id": "1", **fields}).encode())
    return item


def event_of(**fields: Any) -> SampleIngested:
    item = parsed(**fields)
    assert isinstance(item, Inference), item
    return to_event(item, NOON)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"turns": TURNS}, "conversation"),
        ({"prompt": "How much?", "candidates": ANSWERS}, "candidates"),
        ({"turns": TURNS[:1], "candidates": ANSWERS}, "candidates"),
    ],
)
def test_a_conversation_is_an_event_that_consumers_read(fields: dict[str, Any], kind: str) -> None:
    event = event_of(**fields)
    again = SampleIngested.model_validate_json(event.model_dump_json())
    assert again == event
    assert again.content.kind == kind == ("candidates" if "candidates" in fields else "conversation")
    assert event.sample_id == sample_id("news", "default", "1")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"turns": TURNS, "text": "x"}, "give the datum once"),
        ({"candidates": ANSWERS}, "candidates need one of prompt and turns"),
        ({"candidates": ANSWERS, "prompt": "?", "turns": TURNS}, "candidates need one of prompt and turns"),
        ({"prompt": "?"}, "a prompt needs candidates"),
        ({"prompt": "?", "candidates": [ANSWERS[0], ANSWERS[0]]}, "candidate id 'a' is there 2 times"),
        ({"prompt": "?", "candidates": ANSWERS[:1]}, "candidates"),
        ({"turns": []}, "turns"),
        ({"turns": [{"role": "robot", "text": "x"}]}, "turns[0].role"),
        ({}, "give the datum once"),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_the_reason(fields: dict[str, Any], reason: str) -> None:
    item = parsed(**fields)
    assert isinstance(item, Fault)
    assert (item.reason, reason in item.detail) == ("invalid", True), item


def test_another_conversation_under_a_source_id_is_another_content() -> None:
    events = [
        event_of(turns=TURNS),
        event_of(turns=TURNS[:1]),
        event_of(turns=TURNS[:1], candidates=ANSWERS),
        event_of(prompt="How much?", candidates=ANSWERS),
        event_of(prompt="How much?", candidates=ANSWERS[::-1]),
    ]
    assert len({content_digest(event) for event in events}) == len(events)
    assert content_digest(events[0]) == content_digest(event_of(turns=TURNS))
    assert [content_field(event) for event in events[1:3]] == ["turns", "candidates"]
