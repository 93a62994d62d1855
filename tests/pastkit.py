"""A service's tables go back to an earlier moment, while what was announced stays: a backup is restored."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from publishingkit import received
from shoal.contracts.base import Event
from shoal.contracts.topics import TOPICS, Topic
from shoal.messaging import Received
from shoal.messaging.records.decoding import Decoder

START = datetime(2026, 1, 1, tzinfo=UTC)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
_COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER'
"""


class FakeHistory:
    """Topics in memory; events get their times in the order in which they are added."""

    def __init__(self) -> None:
        self._records: dict[str, list[Received[Any]]] = defaultdict(list)
        self._count = 0

    def add(self, topic: Topic, events: Sequence[Event]) -> None:
        """Add events."""
        for event in events:
            self._append(received(event, topic.name))

    async def add_announced(self, pool: Any) -> None:
        """Move what the outbox holds to the topics."""
        rows = await pool.fetch("DELETE FROM outbox RETURNING *")
        for row in sorted(rows, key=lambda row: row["seq"]):
            (record,) = Decoder(TOPICS[row["topic"]]).decode([_Record(row)]).events
            self._append(record)

    async def read(self, topic: Topic) -> AsyncIterator[list[Received[Any]]]:
        """Yield the events of a topic in batches."""
        records = self._records[topic.name]
        for start in range(0, len(records), 7):
            yield records[start : start + 7]

    def _append(self, record: Received[Any]) -> None:
        self._count += 1
        self._records[record.topic].append(replace(record, timestamp=START + timedelta(seconds=self._count)))


class _Record:
    partition, offset, timestamp = 0, 0, 0

    def __init__(self, row: Any) -> None:
        self.topic, self.key, self.value = row["topic"], row["key"], row["value"]
        self.headers = list(zip(row["header_names"], row["headers"], strict=True))


async def remember(pool: Any) -> None:
    """Remember the tables as they are."""
    await pool.execute("CREATE SCHEMA past")
    for row in await pool.fetch(_TABLES):
        await pool.execute(f"CREATE TABLE past.{row[0]} AS TABLE {row[0]}")


async def go_back(pool: Any) -> None:
    """Give the tables the rows that were remembered; triggers count nothing."""
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL session_replication_role = replica")
        for row in await conn.fetch(_TABLES):
            columns = await conn.fetchval(_COLUMNS, row[0])
            await conn.execute(f"DELETE FROM {row[0]}")
            await conn.execute(
                f"INSERT INTO {row[0]} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM past.{row[0]}"
            )


async def table_rows(pool: Any, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return [tuple(row) for row in await pool.fetch(sql)]
