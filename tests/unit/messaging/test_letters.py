"""A dead letter keeps all it needs to be the original again."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shoal.messaging.dead_letters.letters import (
    ATTEMPT,
    dead_letter,
    letter_facts,
    original_record,
    replay_attempt,
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
        letter = dead_letter(RejectedRecord(record, "odd", "why"), group="qa", version="1", at=NOON)
        assert letter.topic == "samples.ingested.qa.dlq"
        assert letter_facts(letter.headers)["attempt"] == str(replayed)
        again = original_record(letter.headers, letter.key, letter.value)
        assert (again.topic, again.key, again.value) == ("samples.ingested", key, value)
        assert again.headers == (*headers, (ATTEMPT, str(replayed).encode()))
        assert replay_attempt(again.headers) == replayed
        record = replace(record, headers=again.headers)


def test_a_detail_of_any_text_and_length_fits() -> None:
    letter = dead_letter(RejectedRecord(raw(1), "odd", "\ud800" * 9999), group="qa", version="1", at=NOON)
    assert len(dict(letter.headers)["shoal_dlq_detail"]) <= 12_000
