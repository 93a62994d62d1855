"""Metrics of outboxes and pools, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox, migrate, open_pool, outbox_measure

pytestmark = pytest.mark.servers


@pytest.fixture
async def pool(postgres_dsn: str) -> AsyncIterator[Any]:
    await migrate(postgres_dsn, schema="measured", package="shoal_ingest", outbox=True)
    opened = await open_pool(postgres_dsn, "measured", max_size=3)
    yield opened
    await opened.close()


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"schema": "measured", **labels})


async def test_an_outbox_is_measured_by_what_waits_and_what_kafka_refused(pool: Any) -> None:
    measure = outbox_measure(pool)
    await measure()
    assert value("shoal_outbox_waiting_messages") == 0
    assert value("shoal_outbox_oldest_seconds") == 0

    async with pool.acquire() as conn, conn.transaction():
        await Outbox().add(conn, [OutgoingMessage("topic", b"k", b"v", ()) for _ in range(5)])
    await pool.execute("UPDATE outbox SET added_at = now() - interval '90 s' WHERE seq IN (1, 2)")
    await pool.execute("UPDATE outbox SET refused = 'too large' WHERE seq = 1")
    await measure()
    assert value("shoal_outbox_waiting_messages") == 4
    assert value("shoal_outbox_set_aside_messages") == 1
    assert 90 <= (value("shoal_outbox_oldest_seconds") or 0) < 100


async def test_a_full_outbox_is_measured_by_its_indexes(pool: Any) -> None:
    from shoal.persistence.measuring import _STATE

    await pool.execute(
        "INSERT INTO outbox (topic, value, header_names, headers) "
        "SELECT 'topic', '\\x00', '{}', '{}' FROM generate_series(1, 2000)"
    )
    await pool.execute("ANALYZE outbox")
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await conn.fetch("EXPLAIN " + _STATE.replace("$1", "10")))
    assert "Seq Scan" not in plan
    assert "outbox_refused" in plan


async def test_a_pool_shows_its_connections_at_every_scrape(pool: Any) -> None:
    name = "shoal_postgres_pool_connections"
    assert value("shoal_postgres_pool_limit") == 3
    assert (value(name, state="used"), value(name, state="idle")) == (0, 1)
    async with pool.acquire(), pool.acquire():
        assert (value(name, state="used"), value(name, state="idle")) == (2, 0)
