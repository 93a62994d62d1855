"""Dead letters of records that a consumer took long before."""

from dataclasses import replace
from datetime import UTC, datetime

from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import OutgoingMessage
from shoal.messaging.dead_letters.late import LateLetters, TakenRecord
from shoal.messaging.dead_letters.letters import letter_facts, original_record, summarised_places
from shoal.messaging.dead_letters.limiting import LetterPolicy
from unit.messaging.messagingkit import message

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def late_letters() -> LateLetters:
    return LateLetters(SAMPLES_INGESTED, "embedder", "1.2.3", lambda: NOON)


def of_project(project: str) -> OutgoingMessage:
    sent = message(1)
    headers = {**dict(sent.headers), "ce_project": project.encode()}
    return replace(sent, headers=tuple(headers.items()))


def test_a_letter_brings_its_record_back() -> None:
    sent = message(1)
    letter = late_letters().letter_of(TakenRecord.of(sent, 3, 42), "media_unreadable", "content.uri: torn")
    assert letter.topic == "samples.ingested.embedder.dlq"
    facts = letter_facts(letter.headers)
    assert (facts["reason"], facts["detail"]) == ("media_unreadable", "content.uri: torn")
    assert (facts["topic"], facts["partition"], facts["offset"]) == ("samples.ingested", "3", "42")
    again = original_record(letter.headers, letter.key, letter.value)
    assert (again.topic, again.key, again.value) == (sent.topic, sent.key, sent.value)
    assert again.headers[: len(sent.headers)] == sent.headers


def test_above_the_limit_of_a_project_a_letter_holds_the_place_only() -> None:
    letters, burst = late_letters(), LetterPolicy().burst
    for offset in range(burst):
        letter = letters.letter_of(TakenRecord.of(message(1), 0, offset), "media_unreadable", "")
        assert "records" not in letter_facts(letter.headers)
    letter = letters.letter_of(TakenRecord.of(message(1), 5, burst), "media_unreadable", "")
    assert summarised_places(letter.value) == [(5, burst)]
    other = letters.letter_of(TakenRecord.of(of_project("sports"), 0, 0), "media_unreadable", "")
    assert "records" not in letter_facts(other.headers)
