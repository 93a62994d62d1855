"""A dead letter keeps all it needs to be the original again."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.messaging.clients.broker import MAX_MESSAGE_BYTES
from shoal.messaging.dead_letters.letters import (
    ATTEMPT,
    Sender,
    dead_letter,
    event_facts,
    letter_facts,
    original_record,
    replay_attempt,
    summarised_places,
    summary_letter,
)
from shoal.messaging.records.decoding import RejectedRecord
from unit.messaging.messagingkit import NOON, raw

HEADERS = st.lists(st.tuples(st.text(max_size=10), st.binary(max_size=10)), max_size=6).map(tuple)


@given(
    value=st.binary(max_size=30),
    key=st.none() | st.binary(max_size=9),
    headers=HEADERS,
    times=st.integers(1, 4),
)
def test_replay_gives_back_value_key_and_headers(
    value: bytes, key: bytes | None, headers: tuple[tuple[str, bytes], ...], times: int
) -> None:
    record = replace(raw(7), value=value, key=key, headers=headers)
    for replayed in range(1, times + 1):
        letter = dead_letter(RejectedRecord(record, "odd", "why"), Sender("qa", "1", NOON))
        assert letter.topic == "samples.ingested.qa.dlq"
        assert letter_facts(letter.headers)["attempt"] == str(replayed)
        again = original_record(letter.headers, letter.key, letter.value)
        assert (again.topic, again.key, again.value) == ("samples.ingested", key, value)
        assert again.headers == (*headers, (ATTEMPT, str(replayed).encode()))
        assert replay_attempt(again.headers) == replayed
        record = replace(record, headers=again.headers)


def test_a_detail_of_any_text_and_length_fits() -> None:
    letter = dead_letter(RejectedRecord(raw(1), "odd", "\ud800" * 9999), Sender("qa", "1", NOON))
    assert len(dict(letter.headers)["shoal_dlq_detail"]) <= 12_000


@pytest.mark.parametrize("pack", [ormsgpack.packb, lambda fields: json.dumps(fields).encode()])
def test_a_letter_names_its_project_key_and_correlation_id(pack: Callable[[Any], bytes]) -> None:
    value = pack({"project": "news", "correlation_id": "request-7"})
    headers = (("ce_project", b"news"), ("ce_id", b"e-1"))
    assert event_facts(headers, b"request-7", value) == {
        "project": "news",
        "key": "request-7",
        "event_id": "e-1",
        "correlation_id": "request-7",
    }
    assert event_facts((), None, value)["project"] == "news"


@given(value=st.binary(max_size=30), key=st.none() | st.binary(max_size=9), headers=HEADERS)
def test_facts_of_any_record_are_texts(
    value: bytes, key: bytes | None, headers: tuple[tuple[str, bytes], ...]
) -> None:
    facts = event_facts(headers, key, value)
    assert list(facts) == ["project", "key", "event_id", "correlation_id"]
    assert all(isinstance(fact, str) for fact in facts.values())


def test_an_event_without_a_correlation_id_is_traced_by_its_own_id() -> None:
    assert event_facts((("ce_id", b"e-1"),), b"\xff", b"\xc1")["correlation_id"] == "e-1"
    assert event_facts((), b"\xff", b"\xc1")["key"] == "\\xff"


def test_a_record_that_no_letter_can_hold_leaves_its_place_and_first_bytes() -> None:
    large = replace(raw(7), key=b"k" * 2000, value=b"v" * (MAX_MESSAGE_BYTES + 1))
    letter = dead_letter(RejectedRecord(large, "odd", "why"), Sender("qa", "1", NOON))
    facts = letter_facts(letter.headers)
    assert (facts["partition"], facts["offset"], facts["pointer"]) == ("0", "7", "1")
    assert (facts["key_bytes"], facts["value_bytes"]) == ("2000", str(MAX_MESSAGE_BYTES + 1))
    assert (letter.key, letter.value) == (None, b"v" * 1000)
    assert dict(letter.headers)["ce_project"] == b"news"
    with pytest.raises(KeyError):
        original_record(letter.headers, letter.key, letter.value)


def test_one_letter_names_the_place_of_every_record_that_it_stands_for() -> None:
    refused = [RejectedRecord(raw(n), "text_missing" if n else "odd", "why") for n in range(3)]
    letter = summary_letter(refused, "news", Sender("qa", "1", NOON))
    facts = letter_facts(letter.headers)
    assert (facts["reason"], facts["records"]) == ("summarised", "3")
    assert facts["detail"] == "text_missing: 2, odd: 1"
    assert summarised_places(letter.value) == [(0, 0), (0, 1), (0, 2)]
    assert letter.key == b"news"
