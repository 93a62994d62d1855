"""Lines that client libraries repeat during an outage are limited and counted; other lines are not."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from shoal.observability.logs import configure_logs
from shoal.observability.repetition import LIBRARIES, LINES, WINDOW_S, RepetitionFilter


def line(name: str = "aiokafka.client", *, place: int = 1, at: float = 0.0) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.ERROR, "client.py", place, "Unable to reach %s", ("b",), None)
    record.created = 1_000_000 + at
    return record


def passed(lines: RepetitionFilter, records: list[logging.LogRecord]) -> list[str]:
    return [record.getMessage() for record in records if lines.filter(record)]


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_the_first_lines_of_a_minute_pass_and_the_next_minute_has_the_count(library: str) -> None:
    lines = RepetitionFilter()
    texts = passed(lines, [line(library, at=second / 10) for second in range(300)])
    assert texts == ["Unable to reach b"] * LINES
    later = passed(lines, [line(library, at=WINDOW_S), line(library, at=WINDOW_S + 1)])
    assert later == [f"Unable to reach b ({300 - LINES} such lines left out)", "Unable to reach b"]


def test_another_place_and_another_library_have_limits_of_their_own() -> None:
    lines = RepetitionFilter()
    passed(lines, [line() for _ in range(20)])
    assert len(passed(lines, [line(place=2), line("aiokafka.conn"), line("httpx")])) == 3


@pytest.mark.parametrize("name", ["shoal.messaging", "shoal_qa", "aiokafkaesque", "my.httpx"])
def test_lines_of_others_all_pass(name: str) -> None:
    assert len(passed(RepetitionFilter(), [line(name) for _ in range(50)])) == 50


def test_a_clock_that_is_set_back_begins_a_new_window() -> None:
    lines = RepetitionFilter()
    passed(lines, [line(at=0) for _ in range(20)])
    assert len(passed(lines, [line(at=-3600) for _ in range(20)])) == LINES


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    configure_logs("INFO", "json")
    yield stderr
    root.handlers, root.level = before, level
    structlog.reset_defaults()


def test_the_logs_of_a_service_are_limited(stream: io.StringIO) -> None:
    for number in range(200):
        logging.getLogger("aiokafka").error("no broker %d", number)
        structlog.get_logger("shoal.http").warning("request_not_possible", path=f"/{number}")
        structlog.get_logger("shoal.http").warning("something_else", path=f"/{number}")
    text = stream.getvalue()
    assert text.count("no broker") == LINES
    assert text.count("request_not_possible") == LINES
    assert text.count("something_else") == 200
