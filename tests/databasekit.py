"""Databases for tests on a PostgreSQL server, created and dropped."""

from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from shoal.persistence import migrate

SCHEMAS = {
    "ingest": "shoal_ingest",
    "sampler": "shoal_sampler",
    "gateway": "shoal_gateway",
    "qa": "shoal_qa",
}
"""The packages of the services with tables, by schema."""


async def create_database(dsn: str) -> str:
    """Create an empty database on the server of `dsn` and return its address."""
    database = f"shoal_{uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{database}"')
    finally:
        await connection.close()
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


async def drop_database(dsn: str, database_dsn: str) -> None:
    """Drop the database of `database_dsn` over a connection to `dsn`, with its connections."""
    connection = await asyncpg.connect(dsn)
    try:
        name = urlsplit(database_dsn).path.lstrip("/")
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def migrate_all(database_dsn: str) -> None:
    """Create the tables of all services."""
    for schema, package in SCHEMAS.items():
        await migrate(database_dsn, schema=schema, package=package, outbox=True)


async def clear_tables(database_dsn: str) -> None:
    """Leave a database as `migrate_all` does: empty tables, new sequences, no connection, no other schema."""
    connection = await asyncpg.connect(database_dsn)
    try:
        await connection.execute(_END_OTHERS)
        for (schema,) in await connection.fetch(_OTHER_SCHEMAS, [*SCHEMAS, "public", "information_schema"]):
            await connection.execute(f"DROP SCHEMA {schema} CASCADE")
        tables = [row[0] for row in await connection.fetch(_TABLES, list(SCHEMAS))]
        filled = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables
        )
        names = [row[0] for row in await connection.fetch(filled)]
        if names:
            await connection.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        for (sequence,) in await connection.fetch(_USED_SEQUENCES, list(SCHEMAS)):
            await connection.execute(f"ALTER SEQUENCE {sequence} RESTART")
    finally:
        await connection.close()


_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_OTHER_SCHEMAS = """
SELECT format('%I', nspname) FROM pg_namespace WHERE nspname <> ALL($1) AND nspname NOT LIKE 'pg!_%' ESCAPE '!'
"""
_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname = ANY($1) AND tablename <> 'schema_migrations'
"""
_USED_SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences
WHERE schemaname = ANY($1) AND last_value IS NOT NULL
"""
