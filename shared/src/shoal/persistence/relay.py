"""The relay publishes the messages of the outbox to Kafka, in order, at least once."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
import structlog

from shoal.backoff import Backoff
from shoal.messaging import MessageTooLarge, OutgoingMessage, Publisher, PublishFailed
from shoal.messaging.errors import is_transient
from shoal.observability import metrics
from shoal.observability.passes import Passes

_log = structlog.get_logger("shoal.persistence")
BATCH = 500
LOOK_S = 1.0  # polling interval; the delay after a lost NOTIFY
_BACKOFF = Backoff(first_s=1.0, longest_s=5.0)
_LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
_WAITING = """
SELECT seq, topic, key, value, header_names, headers FROM outbox WHERE refused IS NULL ORDER BY seq LIMIT $1
"""


class Relay:
    """Relays a schema's outbox, in one replica at a time, so that events with the same key keep their order.

    The other replicas wait for the advisory lock, which PostgreSQL releases when the holder's connection
    ends, even by a kill. A batch is deleted after Kafka has acknowledged all of it; a crash before that
    publishes it again, with the same ids.
    """

    def __init__(self, pool: asyncpg.Pool, publisher: Publisher) -> None:
        self._pool = pool
        self._publisher = publisher
        self._wake = asyncio.Event()
        self.passes = Passes("relay")

    async def run(self) -> None:
        """Relay until cancelled; wait during outages of Kafka or PostgreSQL."""
        while True:
            self.passes.note_start()
            try:
                await self._lead()
            except Exception as error:  # whatever ends the relaying, it begins again
                await self._wait_after(error)

    async def _lead(self) -> None:
        async with self._pool.acquire() as conn:
            schema = await conn.fetchval("SELECT current_schema()")
            lock = f"shoal.relay.{schema}"
            while not await conn.fetchval(_LOCK, lock):  # another process holds it
                self.passes.note_success()
                await asyncio.sleep(LOOK_S)
                self.passes.note_start()
            await conn.add_listener(f"{schema}_outbox", self._notified)
            try:
                await self._relay(conn, schema)
            finally:
                # The pool's reset of the connection releases the lock and the listener too.
                if not conn.is_closed():
                    await conn.remove_listener(f"{schema}_outbox", self._notified)

    async def _relay(self, conn: Any, schema: str) -> None:
        while True:
            self._wake.clear()
            self.passes.note_start()
            try:
                rows = await conn.fetch(_WAITING, BATCH)
                if rows:
                    await self._publish(conn, rows)
                    metrics.OUTBOX_RELAYED.labels(schema).inc(len(rows))
            except PublishFailed as error:
                await self._wait_after(error)
            else:
                self.passes.note_success()
                if len(rows) < BATCH:
                    await self._pause()

    async def _wait_after(self, error: Exception) -> None:
        """Wait before the next try after an outage of Kafka or PostgreSQL."""
        self.passes.note_failure(error, expected=is_transient(error))
        await asyncio.sleep(_BACKOFF.wait_s(self.passes.failures))

    async def _publish(self, conn: Any, rows: list[Any]) -> None:
        try:
            await self._publisher.publish([_row_message(row) for row in rows])
        except MessageTooLarge:
            await self._one_by_one(conn, rows)
        else:
            await conn.execute(
                "DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [row["seq"] for row in rows]
            )

    async def _one_by_one(self, conn: Any, rows: list[Any]) -> None:
        """Publish a batch that holds a message too large for Kafka; set that one aside with the reason.

        After an outage, messages may be published again.
        """
        for row in rows:
            try:
                await self._publisher.publish([_row_message(row)])
            except MessageTooLarge as error:
                metrics.OUTBOX_REFUSED.labels(row["topic"]).inc()
                _log.error("outbox_message_refused", topic=row["topic"], seq=row["seq"], error=str(error))
                await conn.execute("UPDATE outbox SET refused = $2 WHERE seq = $1", row["seq"], str(error))
            else:
                await conn.execute("DELETE FROM outbox WHERE seq = $1", row["seq"])

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), LOOK_S)

    def _notified(self, *_: object) -> None:
        self._wake.set()


def _row_message(row: Any) -> OutgoingMessage:
    headers = tuple(zip(row["header_names"], row["headers"], strict=True))
    return OutgoingMessage(row["topic"], row["key"], row["value"], headers)
