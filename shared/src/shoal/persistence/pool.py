"""Connection pools: one schema per service, JSON as Python values."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson

from shoal.messaging.errors import outages_of
from shoal.persistence.measuring import export_pool
from shoal.persistence.migrate import CONNECT_S

CLOSE_S = 3.0
"""Longest wait for connections in use when a pool closes, in seconds."""
_JSONB_VERSION = b"\x01"  # first byte of jsonb's binary format


async def open_pool(
    dsn: str, schema: str, *, min_size: int = 1, max_size: int = 10, command_timeout_s: float = 60.0
) -> asyncpg.Pool:
    """Return a pool whose connections see only `schema`, so that no service can read another's tables.

    jsonb columns hold values that orjson can write. Raises Transient while the server is unavailable.
    """
    with outages_of("PostgreSQL"):
        pool = await asyncpg.create_pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            timeout=CONNECT_S,
            command_timeout=command_timeout_s,
            init=prepare_connection,
            server_settings={"search_path": schema, "application_name": f"shoal-{schema}"},
        )
    export_pool(pool, schema)
    return pool


@asynccontextmanager
async def opened_pool(dsn: str, schema: str) -> AsyncIterator[asyncpg.Pool]:
    """Yield a pool, and close it; an outage of the server must not keep the process from ending."""
    pool = await open_pool(dsn, schema)
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_S):
                await pool.close()
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pool.terminate()


async def prepare_connection(conn: Any) -> None:
    """Set the connection's codec of jsonb, in the binary format, which COPY needs."""
    await conn.set_type_codec(
        "jsonb", encoder=_encode_jsonb, decoder=_decode_jsonb, schema="pg_catalog", format="binary"
    )


def _encode_jsonb(value: Any) -> bytes:
    return _JSONB_VERSION + orjson.dumps(value)


def _decode_jsonb(data: bytes) -> Any:
    return orjson.loads(memoryview(data)[1:])
