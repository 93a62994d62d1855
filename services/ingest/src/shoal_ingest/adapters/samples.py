"""The ids of ingested samples and the digests of their contents in PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Collection, Mapping
from typing import Any, TypeVar
from uuid import UUID

import structlog

from shoal.messaging.errors import is_transient
from shoal_ingest.usecases.ports import SampleKey

_log = structlog.get_logger("shoal.ingest")
_LONGEST_S = 2.0  # a sample is acknowledged without its id being stored rather than late
# What was claimed more than a minute ago and is not published was never acknowledged to its producer.
_CLAIM = """
WITH proposed AS (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::bytea[]) AS p (project, sample_id, digest)
), claimed AS (
    INSERT INTO samples AS s (project, sample_id, digest, published)
    SELECT project, sample_id, digest, false FROM proposed
    ON CONFLICT (project, sample_id) DO UPDATE SET digest = excluded.digest, claimed_at = now()
    WHERE s.digest IS NULL OR (NOT s.published AND s.claimed_at < now() - interval '1 minute')
    RETURNING project, sample_id, digest
)
SELECT s.project, s.sample_id::text, s.digest FROM samples s JOIN proposed USING (project, sample_id)
WHERE s.digest IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM claimed c WHERE c.project = s.project AND c.sample_id = s.sample_id)
UNION ALL SELECT project, sample_id::text, digest FROM claimed
"""
_DIGESTS = """
SELECT project, sample_id::text, digest FROM samples
JOIN unnest($1::text[], $2::uuid[]) AS p (project, sample_id) USING (project, sample_id)
WHERE digest IS NOT NULL
"""
_CONFIRM = """
WITH locked AS (
    SELECT project, sample_id FROM samples
    JOIN unnest($1::text[], $2::uuid[]) AS p (project, sample_id) USING (project, sample_id)
    WHERE NOT published ORDER BY project, sample_id FOR UPDATE OF samples
)
UPDATE samples s SET published = true FROM locked
WHERE s.project = locked.project AND s.sample_id = locked.sample_id
RETURNING s.project, s.sample_id::text
"""
_AMONG = "SELECT sample_id::text FROM samples WHERE project = $1 AND sample_id = ANY($2::uuid[])"

T = TypeVar("T")


class PostgresSampleIds:
    """Ids by project. Without PostgreSQL, samples are still accepted; then none counts as repeated."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def claim(self, digests: Mapping[SampleKey, bytes]) -> dict[SampleKey, bytes] | None:
        """Store the digests of new samples; return the digest that stands for every sample.

        Returns None while PostgreSQL is unavailable.
        """
        return await _unless_away(self._claim(digests), len(digests))

    async def confirm(self, keys: Collection[SampleKey]) -> set[SampleKey]:
        """Store that Kafka has samples; return the new ones, or all while PostgreSQL is unavailable."""
        if not keys:
            return set()
        rows = await _unless_away(self._pool.fetch(_CONFIRM, *_key_columns(sorted(keys))), len(keys))
        return set(keys) if rows is None else {(row["project"], row["sample_id"]) for row in rows}

    async def among(self, project: str, sample_ids: Collection[str]) -> set[str]:
        """Return which of the ids belong to ingested samples of the project."""
        rows = await self._pool.fetch(_AMONG, project, [UUID(sample_id) for sample_id in sample_ids])
        return {row["sample_id"] for row in rows}

    async def _claim(self, digests: Mapping[SampleKey, bytes]) -> dict[SampleKey, bytes]:
        ordered = sorted(digests)  # always in the same order, so that requests cannot deadlock
        rows = await self._pool.fetch(_CLAIM, *_key_columns(ordered), [digests[key] for key in ordered])
        if len(rows) < len(ordered):  # another request claimed some at the same time
            rows += await self._pool.fetch(_DIGESTS, *_key_columns(ordered))
        standing = {(row["project"], row["sample_id"]): row["digest"] for row in rows}
        return {key: standing.get(key, digest) for key, digest in digests.items()}


async def _unless_away(answer: Awaitable[T], count: int) -> T | None:
    """Return an answer of PostgreSQL; None while it is unavailable or slow."""
    try:
        async with asyncio.timeout(_LONGEST_S):
            return await answer
    except Exception as error:
        if not is_transient(error):
            raise
        _log.warning("sample_ids_not_stored", samples=count, error=repr(error))
        return None


def _key_columns(keys: Collection[SampleKey]) -> list[list[Any]]:
    return [[project for project, _ in keys], [UUID(sample_id) for _, sample_id in keys]]
