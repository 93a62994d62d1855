"""Advisory locks of a transaction."""

from typing import Any

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


async def lock_name(conn: Any, name: str) -> None:
    """Wait for a lock that the connection's transaction holds until it ends."""
    await conn.execute(_LOCK, name)
