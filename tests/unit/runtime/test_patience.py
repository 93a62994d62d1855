"""SHOAL_STUCK_S is longer than services need to notice that a server is away: an outage restarts nobody."""

from collections import Counter
from inspect import signature

import pytest
from pydantic import ValidationError

from shoal.contracts.topics import TOPICS, group_service
from shoal.messaging.broadcasts import reader
from shoal.messaging.clients.broker import REQUEST_TIMEOUT_MS
from shoal.messaging.consuming import lag
from shoal.persistence.migrate import CONNECT_S
from shoal.persistence.pool import open_pool
from shoal.runtime.settings import SHORTEST_PATIENCE_S, ServiceSettings


@pytest.mark.parametrize("seconds", ["119", "1", "0", "-1", "nan"])
def test_a_shorter_time_is_refused_with_the_reason(seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_STUCK_S", seconds)
    with pytest.raises(
        ValidationError, match="SHOAL_STUCK_S must be at least 120: a call to a server that is away"
    ):
        ServiceSettings()


def test_the_least_time_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_STUCK_S", "120")
    assert ServiceSettings().stuck_s == SHORTEST_PATIENCE_S


def test_every_consumer_learns_in_time_that_kafka_is_away() -> None:
    """Consumers of a process are asked about one after the other; each may wait for two answers."""
    consumers = Counter(group_service(group) for topic in TOPICS.values() for group in topic.groups)
    longest_round_s = lag.INTERVAL_S + 2 * lag.ANSWER_S * max(consumers.values())
    assert longest_round_s < SHORTEST_PATIENCE_S
    assert reader._POSITION_S + 2 * reader._ASK_S < SHORTEST_PATIENCE_S


def test_a_statement_and_a_request_end_in_time() -> None:
    statement_s = signature(open_pool).parameters["command_timeout_s"].default
    assert CONNECT_S + statement_s < SHORTEST_PATIENCE_S
    assert REQUEST_TIMEOUT_MS / 1000 < SHORTEST_PATIENCE_S
