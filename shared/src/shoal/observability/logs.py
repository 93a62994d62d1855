"""Logs: one event per line, as JSON for machines or aligned text for people."""

import logging
import sys
from typing import Any, Literal

import structlog

from shoal.observability.repetition import RepetitionFilter
from shoal.observability.traces import add_trace_id


def configure_logs(level: str = "INFO", form: Literal["json", "console"] = "console", **bound: str) -> None:
    """Send all logs of the process to stderr, with `bound` (service, version) on every line.

    Lines that client libraries repeat are limited (shoal.observability.repetition).
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        add_trace_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_log_renderers(form))
    )
    handler.addFilter(RepetitionFilter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("aiokafka", "httpx", "httpcore", "uvicorn.access", "faststream"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    structlog.contextvars.bind_contextvars(**bound)


def _log_renderers(form: Literal["json", "console"]) -> list[Any]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if form == "json":
        return [drop, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # Plain tracebacks: pretty ones show the values of variables, which are private, and take seconds to
    # format.
    plain = structlog.dev.plain_traceback
    return [drop, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def get_logger(name: str) -> Any:
    """Return the logger `name`; events are snake_case words, facts are keyword arguments."""
    return structlog.get_logger(name)
