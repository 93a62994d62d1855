"""The ids of ingested samples in PostgreSQL."""

import asyncio
from collections.abc import Collection
from typing import Any
from uuid import UUID

import structlog

from shoal.messaging.errors import is_transient

_log = structlog.get_logger("shoal.ingest")
_LONGEST_S = 2.0  # a sample is acknowledged without its id being stored rather than late
_ADD = """
INSERT INTO samples (project, sample_id) SELECT * FROM unnest($1::text[], $2::uuid[])
ON CONFLICT DO NOTHING RETURNING project, sample_id::text
"""
_AMONG = "SELECT sample_id::text FROM samples WHERE project = $1 AND sample_id = ANY($2::uuid[])"

Key = tuple[str, str]


class PostgresSampleIds:
    """Ids by project. Without PostgreSQL, samples are still accepted; then none counts as repeated."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def add(self, keys: Collection[Key]) -> set[Key]:
        """Store (project, sample id); return the new ones, or all of them while PostgreSQL is unavailable."""
        ordered = sorted(set(keys))  # always in the same order, so that requests cannot deadlock
        if not ordered:
            return set()
        projects, ids = [key[0] for key in ordered], [UUID(key[1]) for key in ordered]
        try:
            async with asyncio.timeout(_LONGEST_S):
                rows = await self._pool.fetch(_ADD, projects, ids)
        except Exception as error:
            if not is_transient(error):
                raise
            _log.warning("sample_ids_not_stored", samples=len(ordered), error=repr(error))
            return set(ordered)
        return {(row["project"], row["sample_id"]) for row in rows}

    async def among(self, project: str, sample_ids: Collection[str]) -> set[str]:
        """Return which of the ids belong to ingested samples of the project."""
        rows = await self._pool.fetch(_AMONG, project, [UUID(sample_id) for sample_id in sample_ids])
        return {row["sample_id"] for row in rows}
