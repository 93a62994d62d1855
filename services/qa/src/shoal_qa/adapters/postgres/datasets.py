"""The registry of dataset versions in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from shoal.contracts.quality import DatasetPublished
from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox
from shoal_qa.usecases.datasets.files import LATEST

_ADD = """
INSERT INTO datasets (project, dataset, number, version, manifest, published_at) VALUES ($1, $2, $3, $4, $5, $6)
"""
_LATEST = """
SELECT manifest FROM datasets WHERE project = $1 AND dataset = $2 ORDER BY number DESC LIMIT 1
"""
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
_LOOK_S = 0.1


class PostgresRegistry:
    """Dataset versions in PostgreSQL."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def get(self, project: str, dataset: str, version: str) -> dict[str, Any] | None:
        """Return the manifest of a version; `latest` is the newest one."""
        if version == LATEST:
            manifest = await self._pool.fetchval(_LATEST, project, dataset)
            return None if manifest is None else dict(manifest)
        return await _fetch_manifest(self._pool, project, dataset, version)

    async def all(self, project: str) -> list[dict[str, Any]]:
        """Return all manifests of a project, oldest first."""
        rows = await self._pool.fetch(
            "SELECT manifest FROM datasets WHERE project = $1 ORDER BY dataset, number", project
        )
        return [dict(row["manifest"]) for row in rows]

    @asynccontextmanager
    async def turn(self, project: str, dataset: str) -> AsyncIterator["PostgresTurn"]:
        """Hold the dataset's lock in a transaction until the block ends; waiting takes no connection."""
        while True:
            async with self._pool.acquire() as conn, conn.transaction():
                if await conn.fetchval(_TRY_LOCK, f"qa.datasets.{project}/{dataset}"):
                    yield PostgresTurn(conn, self._outbox, project, dataset)
                    return
            await asyncio.sleep(_LOOK_S)


class PostgresTurn:
    """The versions of one dataset while its lock is held."""

    def __init__(self, conn: Any, outbox: Outbox, project: str, dataset: str) -> None:
        self._conn = conn
        self._outbox = outbox
        self._key = (project, dataset)

    async def latest(self) -> tuple[int, str] | None:
        """Return the number and name of the newest version."""
        row = await self._conn.fetchrow(
            """SELECT number, version FROM datasets WHERE project = $1 AND dataset = $2
               ORDER BY number DESC LIMIT 1""",
            *self._key,
        )
        return None if row is None else (row["number"], row["version"])

    async def get(self, version: str) -> dict[str, Any] | None:
        """Return the manifest of a version."""
        return await _fetch_manifest(self._conn, *self._key, version)

    async def add(
        self, event: DatasetPublished, manifest: Mapping[str, Any], message: OutgoingMessage
    ) -> None:
        """Store a version and its event; both are committed when the turn ends."""
        values = (event.number, event.version, dict(manifest), event.published_at)
        await self._conn.execute(_ADD, *self._key, *values)
        await self._outbox.add_checked(self._conn, [message])


async def _fetch_manifest(conn: Any, project: str, dataset: str, version: str) -> dict[str, Any] | None:
    manifest = await conn.fetchval(
        "SELECT manifest FROM datasets WHERE project = $1 AND dataset = $2 AND version = $3",
        project,
        dataset,
        version,
    )
    return None if manifest is None else dict(manifest)
