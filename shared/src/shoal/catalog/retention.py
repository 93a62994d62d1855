"""docs/retention.md: how long the rows of every table are kept."""

from collections.abc import Iterator, Mapping, Sequence

from shoal.persistence import Retention

_INTRODUCTION = """<!-- Written by `make docs`; the text comes from the modules `retention` of the services. -->

# Retention

How long PostgreSQL keeps the rows of every table. Where the table says so, every service deletes rows that
are older than `SHOAL_RETENTION_DAYS` (180 by default), a few thousand at a time;
`shoal_retention_deleted_rows_total` counts them. All other rows stay until their sample is erased
(`shoal ingest erase`), or as the table says. How long Kafka keeps records is in `shoal topics list`.
"""


def render_retention(services: Mapping[str, Sequence[Retention]]) -> str:
    """Return the page: a table of the tables of each service."""
    lines = [_INTRODUCTION]
    for name, tables in services.items():
        lines += [f"## {name}", "", "| table | rows | deleted |", "|---|---|---|"]
        lines += [*_table_rows(tables), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table_rows(tables: Sequence[Retention]) -> Iterator[str]:
    for table in tables:
        deleted = "after `SHOAL_RETENTION_DAYS`" if table.delete else ""
        yield f"| `{table.table}` | {table.reason} | {deleted} |"
