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
class _Source:
    """Lines from one place of the code. began: when the window began, in seconds of the epoch."""

    began: float
    lines: int = 0
    left_out: int = 0


class RepetitionFilter(logging.Filter):
    """Passes the first `LINES` lines of each place in a window; the next one that passes has the count."""

    def __init__(self) -> None:
        super().__init__()
        self._sources: dict[tuple[str, object], _Source] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the record."""
        key = _source_of(record)
        if key is None:
            return True
        source = self._sources.setdefault(key, _Source(record.created))
        if not 0 <= record.created - source.began < WINDOW_S:
            source.began, source.lines = record.created, 0
        source.lines += 1
        if source.lines > LINES:
            source.left_out += 1
            metrics.LOG_LINES_LEFT_OUT.labels(record.name).inc()
            return False
        if source.left_out:
            _add_count(record, source.left_out)
            source.left_out = 0
        return True


def _source_of(record: logging.LogRecord) -> tuple[str, object] | None:
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
