"""Repeated log lines: client libraries log every try of an outage, several times a second."""

import logging
from dataclasses import dataclass

from shoal.observability import metrics

LINES = 5  # from one place of the code in WINDOW_S
WINDOW_S = 60.0
LIBRARIES = frozenset(
    {
        "aiokafka",
        "asyncio",
        "asyncpg",
        "faststream",
        "grpc",
        "httpcore",
        "httpx",
        "kafka",
        "qdrant_client",
        "shoal.messaging.faststream",
        "urllib3",
        "uvicorn",
    }
)
EVENTS = frozenset({"kafka_unreachable", "request_not_possible"})
"""Shoal's own events that repeat with every request or try."""


@dataclass(slots=True)
class _Place:
    """Lines from one place of the code. began: when the window began, in seconds of the epoch."""

    began: float
    lines: int = 0
    left_out: int = 0


class RepetitionFilter(logging.Filter):
    """Passes the first `LINES` lines of each place in a window; the next one that passes has the count."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[tuple[str, object], _Place] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the record."""
        key = _place_of(record)
        if key is None:
            return True
        place = self._places.setdefault(key, _Place(record.created))
        if not 0 <= record.created - place.began < WINDOW_S:
            place.began, place.lines = record.created, 0
        place.lines += 1
        if place.lines > LINES:
            place.left_out += 1
            metrics.LOG_LINES_LEFT_OUT.labels(record.name).inc()
            return False
        if place.left_out:
            _add_count(record, place.left_out)
            place.left_out = 0
        return True


def _place_of(record: logging.LogRecord) -> tuple[str, object] | None:
    """Return the place of a line that is limited, None for another."""
    if isinstance(record.msg, dict):  # an event of structlog
        event = record.msg.get("event")
        return (record.name, event) if event in EVENTS else None
    parents = record.name.split(".")
    names = {".".join(parents[: depth + 1]) for depth in range(len(parents))}
    return (record.name, (record.pathname, record.lineno)) if names & LIBRARIES else None


def _add_count(record: logging.LogRecord, left_out: int) -> None:
    if isinstance(record.msg, dict):
        record.msg = {**record.msg, "left_out": left_out}
    else:
        record.msg, record.args = f"{record.getMessage()} ({left_out} such lines left out)", ()
