"""docs/outages.md: the rule for errors of dependencies, as tables."""

from collections.abc import Iterable, Iterator, Sequence

from shoal.outages.actions import MEANINGS, Action
from shoal.outages.kafka import KAFKA, NEW_PRODUCER
from shoal.outages.postgres import CLASSES, STATES
from shoal.outages.remote import GRPC, HTTP

_INTRO = """
# Outages

An outage never makes a dead letter. Every error of PostgreSQL, Qdrant, Kafka and HTTP has one of four actions,
and this page has all of them. While a consumer waits, `/readyz` stays 200 and says in `notes` what it waits
for, unless the dependency does not answer at all; `shoal_messaging_retries_total` counts the tries.
""".strip()
_OTHERS = """
## Other errors

| error | action |
|---|---|
| time-out, refused or lost connection, no space left, too many open files | wait |
| file or folder missing, no permission for it, malformed address or header | refuse |
| anything else | refuse |
""".strip()
_CLIENT = """
asyncpg's own errors wait if the connection or pool is closed or no server accepts writes, and are retried if
a migration has changed a table since the statement was prepared; others are refused.
""".strip()


def render_outages() -> str:
    """Return the page: what every action means, then a table per dependency."""
    parts = [
        "<!-- Written by `make docs`; the text comes from shoal.outages. -->\n" + _INTRO,
        _table(["action", "meaning"], ((f"**{action.value}**", text) for action, text in MEANINGS.items())),
        "## PostgreSQL\n\nBy SQLSTATE: its class (two characters), or the whole state where it differs.",
        _table(["SQLSTATE", "meaning", "action"], _postgres_rows()),
        _CLIENT,
        "## Qdrant\n\nBy gRPC code. A missing collection or alias is made anew, see the "
        "[embedder](../services/embedder/README.md#when-something-is-down).",
        _table(["code", "meaning", "action"], ((f"`{c}`", r.name, r.action.value) for c, r in GRPC.items())),
        "## HTTP",
        _table(["status", "meaning", "action"], _http_rows()),
        "## Kafka\n\nBy aiokafka's errors. A message above a topic's limit is refused: the dead letter then "
        "points to its record.",
        _table(["action", "errors"], _kafka_rows()),
        "After " + _names(NEW_PRODUCER) + " the service opens a new producer.",
        _OTHERS,
    ]
    return "\n\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([_row(heads), "|" + "---|" * len(heads), *map(_row, rows)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _postgres_rows() -> Iterator[tuple[str, str, str]]:
    for code, rule in sorted({**CLASSES, **STATES}.items()):
        yield f"`{code}`", rule.name, rule.action.value


def _http_rows() -> Iterator[tuple[str, str, str]]:
    for status, rule in HTTP.items():
        yield str(status), rule.name, rule.action.value
    yield "other 4xx", "the request is wrong", Action.REFUSE.value
    yield "other 5xx", "the server is away or fails", Action.WAIT.value


def _kafka_rows() -> Iterator[tuple[str, str]]:
    for action in Action:
        yield action.value, _names(error for error, rule in KAFKA.items() if rule is action)


def _names(errors: Iterable[type[Exception]]) -> str:
    return ", ".join(sorted({f"`{error.__name__}`" for error in errors}))
