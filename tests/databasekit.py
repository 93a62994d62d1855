"""Databases for tests on a PostgreSQL server, created and dropped."""

from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg


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
