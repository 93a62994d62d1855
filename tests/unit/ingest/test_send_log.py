"""Batches of a log, and what becomes of every line."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shoal_ingest.usecases.sending.log_entries import Entry
from shoal_ingest.usecases.sending.send_log import Outcome, SendLog, TooLarge


class Door:
    """Accepts lines up to a size of all of a request; refuses texts of `bad`."""

    def __init__(self, most: int = 10_000) -> None:
        self.most = most
        self.requests: list[list[bytes]] = []

    def post(self, lines: Sequence[bytes]) -> Sequence[Mapping[str, Any]]:
        if sum(map(len, lines)) > self.most:
            raise TooLarge(f"the body has more than {self.most} bytes")
        self.requests.append(list(lines))
        return [self._result(json.loads(line)) for line in lines]

    def _result(self, record: dict[str, Any]) -> dict[str, Any]:
        if record["text"] == "bad":
            return {"status": "rejected", "detail": "text: bad", "fix": "Send another"}
        return {
            "status": "accepted",
            "sample_id": "id-" + record["source_id"],
            "new": record["source_id"] != "2",
        }


def entries(*texts: str) -> list[Entry]:
    return [
        Entry(file="log", number=number, text=json.dumps({"source_id": str(number), "text": text}).encode())
        for number, text in enumerate(texts, start=1)
    ]


def outcomes_of(door: Door, items: Sequence[Entry], batch: int = 500, size: int = 10_000) -> list[Outcome]:
    send = SendLog(door, batch=batch, batch_bytes=size)
    return [outcome for outcomes in send(items) for outcome in outcomes]


def test_every_line_has_one_outcome_in_the_order_of_the_lines() -> None:
    broken = [
        Entry(file="log", number=4, text=b'{"text": "a'),
        Entry(file="log", number=5, text=b"[1]"),
        Entry(file="log", number=6, text=b"\xff"),
        Entry(file="log", number=7, text=b'{"text": "a", "text": "b"}'),
    ]
    outcomes = outcomes_of(Door(), [*entries("a", "b", "bad"), *broken, *entries("a")])
    assert [outcome.status for outcome in outcomes] == ["accepted", "repeated", *["refused"] * 5, "accepted"]
    assert [outcome.sample_id for outcome in outcomes[:2]] == ["id-1", "id-2"]
    assert "cut off inside a JSON object" in outcomes[3].detail
    assert "a list, not an object" in outcomes[4].detail
    assert "byte 1 is not UTF-8" in outcomes[5].detail
    assert "the field 'text' is there twice" in outcomes[6].detail


def test_a_nul_byte_refuses_its_line_only() -> None:
    broken = Entry(file="log", number=2, text=b'{"source_id": "a\x00b"}')
    first, second = outcomes_of(Door(), [*entries("a"), broken])
    assert (first.status, second.status) == ("accepted", "refused")
    assert "not JSON at character 17" in second.detail


def test_batches_are_limited_by_count_and_by_bytes() -> None:
    door = Door()
    outcomes_of(door, entries(*"abcdefg"), batch=3)
    assert [len(request) for request in door.requests] == [3, 3, 1]
    door = Door()
    outcomes_of(door, entries(*"abcdefg"), size=70)
    assert all(sum(map(len, request)) <= 70 for request in door.requests)
    assert sum(len(request) for request in door.requests) == 7


def test_a_line_above_the_limit_of_ingest_is_refused_and_the_rest_is_sent() -> None:
    door = Door(most=200)
    outcomes = outcomes_of(door, entries("a", "b", "x" * 300, "d", "e"))
    assert [outcome.status for outcome in outcomes].count("refused") == 1
    assert outcomes[2].status == "refused"
    assert "more than 200 bytes" in outcomes[2].detail
    assert sum(len(request) for request in door.requests) == 4
