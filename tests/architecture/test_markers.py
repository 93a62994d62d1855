"""Suites of messaging, and one whole loop, are repeated on Apache Kafka."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
BROKER_ANSWERS = {"test_probes_of_work.py"}
"""Suites in which PostgreSQL is away while the broker answers, whichever it is."""


def test_suites_of_messaging_and_a_whole_loop_are_repeated_on_apache_kafka() -> None:
    suites = [path for path in (TESTS / "wire").glob("test_*.py") if path.name not in BROKER_ANSWERS]
    assert len(suites) > 10
    once = [
        path.name
        for path in [*suites, TESTS / "e2e" / "test_loop.py"]
        if "pytest.mark.kafka" not in path.read_text()
    ]
    assert once == []
