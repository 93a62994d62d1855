"""Dataset files, written with fsspec (a folder, S3, GCS ...), and their registry in PostgreSQL."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from shoal.contracts.quality import DatasetPublished
from shoal.messaging import OutgoingMessage
from shoal.persistence import Outbox

_ADD = """
INSERT INTO datasets (project, dataset, number, version, manifest, published_at) VALUES ($1, $2, $3, $4, $5, $6)
"""
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
_LOOK_S = 0.1
_TYPES = {
    "probability": pa.float64(),
    "agreement": pa.float64(),
    "inclusion_probability": pa.float64(),
    "votes": pa.int32(),
    "revision": pa.int32(),
    "annotation_ids": pa.list_(pa.string()),
}


class FsspecFiles:
    """Dataset files under one root address."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    async def write(self, folder: str, files: Mapping[str, bytes]) -> str:
        """Write files in order, the manifest last: a folder without a manifest is not a version."""
        address = f"{self._root}/{folder}"
        await asyncio.to_thread(_write_files, address, files)
        return address

    def parquet(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Return rows as Parquet, compressed by zstd, with fixed column types."""
        names = list(rows[0])
        arrays = [pa.array([row[name] for row in rows], _TYPES.get(name, pa.string())) for name in names]
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_arrays(arrays, names=names), buffer, compression="zstd")
        return buffer.getvalue()


def _write_files(address: str, files: Mapping[str, bytes]) -> None:
    filesystem, path = fsspec.core.url_to_fs(address)
    filesystem.makedirs(path, exist_ok=True)
    for name, data in files.items():
        filesystem.pipe_file(f"{path}/{name}", data)


class PostgresRegistry:
    """Dataset versions in PostgreSQL."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def get(self, project: str, dataset: str, version: str) -> dict[str, Any] | None:
        """Return the manifest of a version."""
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
        await self._outbox.add(self._conn, [message])


async def _fetch_manifest(conn: Any, project: str, dataset: str, version: str) -> dict[str, Any] | None:
    manifest = await conn.fetchval(
        "SELECT manifest FROM datasets WHERE project = $1 AND dataset = $2 AND version = $3",
        project,
        dataset,
        version,
    )
    return None if manifest is None else dict(manifest)
