"""Databases of their own on a PostgreSQL server, made and dropped."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

T = TypeVar("T")


async def create_database(dsn: str, name: str | None = None) -> str:
    """Create an empty database on the server of `dsn` and return its address; an existing one is kept.

    Without `name` it gets one that nobody else has.
    """
    database = name or f"shoal_{uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{database}"')
    except asyncpg.DuplicateDatabaseError:
        if name is None:
            raise
    finally:
        await connection.close()
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


async def drop_database(dsn: str, database_dsn: str) -> None:
    """Drop the database of `database_dsn` over a connection to `dsn`, cutting off whoever still uses it."""
    connection = await asyncpg.connect(dsn)
    try:
        name = urlsplit(database_dsn).path.lstrip("/")
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


def run_coroutine(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end in a thread that runs no event loop."""
    return asyncio.run(work)
