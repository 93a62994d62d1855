"""Apply migrations: every file once, in order."""

from typing import Any

import asyncpg
import structlog

from shoal.persistence.migrations import Migration, known_migrations

CONNECT_S = 10.0
"""Longest time to connect to PostgreSQL, in seconds."""
LOCK_S = 5
"""Longest wait of a migration for a table, in seconds: all later queries of the table wait behind it."""
_log = structlog.get_logger("shoal.persistence")


class MigrationChanged(RuntimeError):
    """An applied file was edited; migrations may only be added."""


async def migrate(dsn: str, *, schema: str, package: str, outbox: bool = False) -> list[str]:
    """Bring `schema` up to date; return the names of the migrations that were applied.

    Creates the outbox table if `outbox` is set, then applies `migrations/NNNN_*.sql` of `package`, every file
    in a separate transaction. Replicas that start together wait for each other. Raises MigrationChanged.
    """
    conn = await asyncpg.connect(dsn, timeout=CONNECT_S)
    try:
        # One lock per schema, held by the session: the server releases it when the connection ends, even by a
        # kill.
        await conn.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", f"shoal.migrate.{schema}")
        await conn.execute(_PREPARE.format(schema=_quote_name(schema)))
        await conn.execute(f"SET search_path TO {_quote_name(schema)}")
        await conn.execute(f"SET lock_timeout TO '{LOCK_S}s'")
        migrations = known_migrations(package, outbox=outbox)
        return [item.name for item in migrations if await _apply_migration(conn, item)]
    finally:
        await conn.close(timeout=10)


_PREPARE = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.schema_migrations (
    name       text PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
"""


async def _apply_migration(conn: Any, migration: Migration) -> bool:
    applied_hash = await conn.fetchval("SELECT sha256 FROM schema_migrations WHERE name = $1", migration.name)
    if applied_hash == migration.sha256:
        return False
    if applied_hash is not None:
        raise MigrationChanged(f"{migration.name} was edited after it was applied: add a new file instead")
    async with conn.transaction():
        await conn.execute(migration.sql)
        await conn.execute(
            "INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)", migration.name, migration.sha256
        )
    _log.info("migration_applied", name=migration.name)
    return True


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
