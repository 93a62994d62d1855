"""Old rows are deleted, others stay, and every table of every service says which."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shoal.catalog.documents import RETENTION, load_registered
from shoal.persistence import Janitor, Retention, open_pool
from shoal.persistence.retention import PART

SCHEMAS = {"ingest": "ingest", "sampler": "sampler", "labeling-gateway": "gateway", "qa": "qa"}
TABLES: dict[str, tuple[Retention, ...]] = load_registered(RETENTION)
EXPIRING = [(service, table) for service, tables in TABLES.items() for table in tables if table.delete]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
OLD, RECENT = NOW - timedelta(days=181), NOW - timedelta(days=179)


@asynccontextmanager
async def opened_schema(dsn: str, service: str) -> AsyncIterator[Any]:
    """Yield a pool of the migrated schema of a service."""
    pool = await open_pool(dsn, SCHEMAS[service])
    try:
        yield pool
    finally:
        await pool.close()


def janitor(pool: Any, service: str) -> Janitor:
    """Return the janitor of a service, at NOW."""
    return Janitor(pool, TABLES[service], days=180, clock=lambda: NOW)


def test_every_service_with_a_database_says_what_it_keeps() -> None:
    assert set(TABLES) == set(SCHEMAS)


@pytest.mark.parametrize("service", SCHEMAS)
async def test_every_table_says_how_long_it_keeps_its_rows(migrated_dsn: str, service: str) -> None:
    async with opened_schema(migrated_dsn, service) as pool:
        rows = await pool.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        )
    names = {row["table_name"] for row in rows} - {"schema_migrations"}
    assert names == {table.table for table in TABLES[service]}


@pytest.mark.parametrize(("service", "table"), EXPIRING, ids=lambda value: getattr(value, "table", value))
async def test_old_rows_are_found_by_an_index(migrated_dsn: str, service: str, table: Retention) -> None:
    async with opened_schema(migrated_dsn, service) as pool, pool.acquire() as conn:
        await conn.execute("SET enable_seqscan = off")
        statement = str(table.delete).replace("$1", "'2026-01-01+00'").replace("$2", str(PART))
        plan = "\n".join(row[0] for row in await conn.fetch(f"EXPLAIN {statement}"))
    if table.table != "days":  # a few rows a day
        assert "Seq Scan" not in plan, plan


async def test_samples_that_were_not_taken_are_forgotten(migrated_dsn: str) -> None:
    async with opened_schema(migrated_dsn, "sampler") as pool:
        rows = [("old", False, OLD), ("old and taken", True, OLD), ("recent", False, RECENT)]
        await pool.executemany("INSERT INTO decisions VALUES ('p', $1, $2, '[]', $3)", rows)
        days = [("audit", OLD.date()), ("audit", RECENT.date())]
        await pool.executemany("INSERT INTO days VALUES ('p', $1, $2, 1)", days)
        assert await janitor(pool, "sampler")() == 2
        left = await pool.fetch("SELECT sample_id FROM decisions ORDER BY sample_id")
        assert [row["sample_id"] for row in left] == ["old and taken", "recent"]
        assert await pool.fetchval("SELECT array_agg(day) FROM days") == [RECENT.date()]


async def test_webhooks_and_calls_that_wait_stay(migrated_dsn: str) -> None:
    async with opened_schema(migrated_dsn, "labeling-gateway") as pool:
        await pool.execute(_GATEWAY_JOBS)
        webhooks = [("done", OLD, True), ("waiting", OLD, False), ("recent", RECENT, True)]
        await pool.executemany(
            "INSERT INTO webhook_inbox (project, provider, webhook_id, annotations, received_at, done) "
            "VALUES ('p', 'v', $1, '[]', $2, $3)",
            webhooks,
        )
        calls = [
            ("done", "done", OLD),
            ("parked", "parked", OLD),
            ("pending", "pending", OLD),
            ("new", "done", RECENT),
        ]
        await pool.executemany(
            "INSERT INTO intents (intent_id, external_id, project, provider, kind, state, updated_at) "
            "VALUES ($1, 't', 'p', 'v', 'upsert', $2, $3)",
            calls,
        )
        requests = [("open", True), ("closed", True), ("closed", False)]
        for round_, (job, applied) in enumerate(requests):
            await pool.execute(
                "INSERT INTO vote_requests (job_id, round, action, votes, applied, received_at, project) "
                "VALUES ($1, $2, 'more', 1, $3, $4, 'p')",
                job,
                round_,
                applied,
                OLD,
            )
        assert await janitor(pool, "labeling-gateway")() == 3
        assert await _column(pool, "SELECT webhook_id FROM webhook_inbox") == {"waiting", "recent"}
        assert await _column(pool, "SELECT intent_id FROM intents") == {"parked", "pending", "new"}
        assert await _column(pool, "SELECT round FROM vote_requests") == {0, 2}


async def test_a_pass_deletes_a_part_of_a_large_table(migrated_dsn: str) -> None:
    async with opened_schema(migrated_dsn, "qa") as pool:
        await pool.execute(
            "INSERT INTO stream SELECT 'p', n::text, $1 FROM generate_series(1, $2::int) AS n", OLD, PART + 5
        )
        await pool.execute("INSERT INTO stream VALUES ('p', 'recent', $1)", RECENT)
        work = janitor(pool, "qa")
        assert [await work(), await work(), await work()] == [PART, 5, 0]
        assert await _column(pool, "SELECT sample_id FROM stream") == {"recent"}


async def _column(pool: Any, query: str) -> set[Any]:
    return {row[0] for row in await pool.fetch(query)}


_GATEWAY_JOBS = """
INSERT INTO jobs (job_id, project, sample_id, purpose, guideline_major, guideline_minor, provider, priority, votes,
                  max_votes, closed)
VALUES ('open', 'p', 's', 'label', 1, 0, 'v', 0, 1, 2, false), ('closed', 'p', 's', 'label', 1, 0, 'v', 0, 1, 2, true);
INSERT INTO tasks (external_id, job_id, project, provider, lane, attempt, votes)
VALUES ('t', 'open', 'p', 'v', 'label', 1, 1);
"""
