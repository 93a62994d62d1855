"""Connection pools: one schema per service, JSON as Python values."""

from typing import Any

import asyncpg
import orjson

from shoal.persistence.measuring import export_pool

_JSONB_VERSION = b"\x01"  # first byte of jsonb's binary format


async def open_pool(
    dsn: str, schema: str, *, min_size: int = 1, max_size: int = 10, command_timeout_s: float = 60.0
) -> asyncpg.Pool:
    """Return a pool whose connections see only `schema`, so that no service can read another's tables.

    jsonb columns hold values that orjson can write. Raises asyncpg's errors if the server refuses the
    connection.
    """
    pool = await asyncpg.create_pool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        command_timeout=command_timeout_s,
        init=prepare_connection,
        server_settings={"search_path": schema, "application_name": f"shoal-{schema}"},
    )
    export_pool(pool, schema)
    return pool


async def prepare_connection(conn: Any) -> None:
    """Set the connection's codec of jsonb, in the binary format, which COPY needs."""
    await conn.set_type_codec(
        "jsonb", encoder=_encode_jsonb, decoder=_decode_jsonb, schema="pg_catalog", format="binary"
    )


def _encode_jsonb(value: Any) -> bytes:
    return _JSONB_VERSION + orjson.dumps(value)


def _decode_jsonb(data: bytes) -> Any:
    return orjson.loads(memoryview(data)[1:])
