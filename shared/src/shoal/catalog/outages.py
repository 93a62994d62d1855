"""docs/outages.md: the rule for errors of dependencies, as tables."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill

from shoal.outages.actions import MEANINGS, Action
from shoal.outages.kafka import KAFKA, NEW_PRODUCER
from shoal.outages.postgres import CLASSES, STATES
from shoal.outages.remote import GRPC, HTTP

_INTRO = """
An outage never makes a dead letter. Every error of PostgreSQL, Qdrant, Kafka and HTTP has one of four
actions, and this page has all of them. While a consumer waits, `/readyz` says in `notes` what it waits for,
`/livez` stays 200 ([probes](probes.md)), and `shoal_messaging_retries_total` counts the tries.
""".strip()
_BROKERS = (
    "With three brokers, replication 3 and `min.insync.replicas=2`, the loss of one broker changes nothing but "
    "the time of its failover: until Kafka has noticed it, after about ten seconds, requests for its partitions "
    "wait. With one broker left, Kafka takes no record, and Shoal acknowledges none: ingest answers 503 at "
    "once, consumers keep their records, and `/readyz` of a service that publishes says which topic has too "
    "few replicas in sync or a partition without a leader. Records that Kafka has can still be read. When a "
    "second broker is back, everything goes on by itself; a record that was answered with 503 may arrive too, "
    "and counts once when it is sent again."
)
_LOGS = """
Client libraries log every try. From one place of their code, five lines a minute are logged; the next one says
how many were left out, and `shoal_log_lines_left_out_total` counts them.
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
        "<!-- Written by `make docs`; the text comes from shoal.outages. -->\n# Outages",
        _INTRO,
        _table_text(
            ["action", "meaning"], ((f"**{action.value}**", text) for action, text in MEANINGS.items())
        ),
        "## PostgreSQL",
        "By SQLSTATE: its class (two characters), or the whole state where it differs.",
        _table_text(["SQLSTATE", "meaning", "action"], _postgres_rows()),
        _CLIENT,
        "## Qdrant",
        "By gRPC code. A missing collection or alias is made anew, see the "
        "[embedder](../services/embedder/README.md#when-something-is-down).",
        _table_text(
            ["code", "meaning", "action"], ((f"`{c}`", r.name, r.action.value) for c, r in GRPC.items())
        ),
        "## HTTP",
        _table_text(["status", "meaning", "action"], _http_rows()),
        "## Kafka",
        "By aiokafka's errors. A message above a topic's limit is refused: the dead letter then "
        "points to its record.",
        _table_text(["action", "errors"], _kafka_rows()),
        "After "
        + _error_names(NEW_PRODUCER)
        + ", and after a message that Kafka refuses, the service opens a "
        "new producer: the present one would deliver nothing more.",
        "### Brokers",
        _BROKERS,
        _OTHERS,
        "## Logs",
        _LOGS,
    ]
    return "\n\n".join(map(_wrapped_text, parts)) + "\n"


def _wrapped_text(part: str) -> str:
    """Return a paragraph at 110 columns; tables and headings stay as they are."""
    return part if part[0] in "<#|" else fill(part, 110, break_long_words=False, break_on_hyphens=False)


def _table_text(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([_row_text(heads), "|" + "---|" * len(heads), *map(_row_text, rows)])


def _row_text(cells: Sequence[str]) -> str:
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
        yield action.value, _error_names(error for error, rule in KAFKA.items() if rule is action)


def _error_names(errors: Iterable[type[Exception]]) -> str:
    return ", ".join(sorted({f"`{error.__name__}`" for error in errors}))
