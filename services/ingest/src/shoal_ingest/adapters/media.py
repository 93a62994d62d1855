"""The images of samples in PostgreSQL: what they are, which samples use them, and when they are removed."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from shoal_ingest.usecases.media.ports import MediaFacts, MediaKey, MediaUse

_NOTE = """
INSERT INTO media AS m (project, sha256, media_type, width, height, bytes, remove_after, perceptual_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (project, sha256) DO UPDATE
SET remove_after = CASE WHEN m.remove_after IS NULL THEN NULL ELSE greatest(m.remove_after, $7) END,
    perceptual_hash = coalesce(m.perceptual_hash, excluded.perceptual_hash)
RETURNING xmax = 0 AS is_new
"""
_FACTS = """
SELECT project, sha256, media_type, width, height, bytes, perceptual_hash FROM media
JOIN unnest($1::text[], $2::text[]) AS p (project, sha256) USING (project, sha256)
"""
_LOCK_UNUSED = """
SELECT project, sha256 FROM media WHERE remove_after < $1
ORDER BY remove_after LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_IS_USED = "SELECT EXISTS (SELECT 1 FROM media_uses WHERE project = $1 AND sha256 = $2)"
# An erasure updates the row of its sample too: it comes before this statement, which then sees it, or after.
_LOCK_SAMPLES = """
SELECT FROM samples JOIN unnest($1::text[], $2::uuid[]) AS p (project, sample_id) USING (project, sample_id)
ORDER BY project, sample_id FOR UPDATE OF samples
"""
_USE = """
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[]) AS w (project, sample_id, sha256)
), locked AS (
    SELECT project, sha256 FROM media JOIN (SELECT DISTINCT project, sha256 FROM wanted) w USING (project, sha256)
    ORDER BY project, sha256 FOR UPDATE OF media
), lasting AS (
    SELECT project, sample_id, sha256 FROM wanted w JOIN locked USING (project, sha256)
    WHERE NOT EXISTS (SELECT FROM erasures e WHERE e.project = w.project AND e.sample_id = w.sample_id::text)
), used AS (
    UPDATE media m SET remove_after = NULL FROM lasting
    WHERE m.project = lasting.project AND m.sha256 = lasting.sha256
), noted AS (
    INSERT INTO media_uses (project, sample_id, sha256)
    SELECT project, sample_id, sha256 FROM lasting ON CONFLICT DO NOTHING
)
SELECT project, sha256 FROM locked
"""
_FORGET_FETCHES = """
DELETE FROM image_fetches f USING unnest($1::text[], $2::text[]) AS e (project, sample_id)
WHERE f.project = e.project AND f.sample_id = e.sample_id::uuid
"""
_RELEASE = """
WITH erased AS (
    SELECT * FROM unnest($1::text[], $2::text[]) AS e (project, sample_id)
), released AS (
    DELETE FROM media_uses u USING erased e
    WHERE u.project = e.project AND u.sample_id = e.sample_id::uuid RETURNING u.project, u.sha256, u.sample_id
)
UPDATE media m SET remove_after = now() + interval '5 minutes'
FROM (SELECT DISTINCT project, sha256 FROM released) r
WHERE m.project = r.project AND m.sha256 = r.sha256 AND NOT EXISTS (
    SELECT 1 FROM media_uses u WHERE u.project = m.project AND u.sha256 = m.sha256
    AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.project = u.project AND e.sample_id::uuid = u.sample_id))
"""


class PostgresMedia:
    """One row per image and project, and one per image and sample."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def note(self, project: str, sha256: str, facts: MediaFacts, remove_after: datetime) -> bool:
        """Store what an image is, before its file is written; return whether it is new."""
        row = await self._pool.fetchrow(
            _NOTE,
            project,
            sha256,
            facts.media_type,
            facts.width,
            facts.height,
            facts.bytes,
            remove_after,
            facts.perceptual_hash,
        )
        return bool(row["is_new"])

    async def facts(self, keys: Collection[MediaKey]) -> Mapping[MediaKey, MediaFacts]:
        """Return what images are, by project and SHA-256, without those that are not stored."""
        rows = await self._pool.fetch(_FACTS, [key[0] for key in keys], [key[1] for key in keys])
        return {(row["project"], row["sha256"]): facts_of_row(row) for row in rows}

    async def use(self, uses: Collection[MediaUse]) -> set[MediaKey]:
        """Store that samples use images; return the images that are stored."""
        async with self._pool.acquire() as conn, conn.transaction():
            await lock_samples(conn, [use[:2] for use in uses])
            return await use_media(conn, uses)

    @asynccontextmanager
    async def unused(self, now: datetime) -> AsyncIterator[MediaKey | None]:
        """Lock an image that no sample uses and whose time is over; its row goes when the block ends."""
        async with self._pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(_LOCK_UNUSED, now)
            if row is None:
                yield None
                return
            key = (row["project"], row["sha256"])
            if await conn.fetchval(_IS_USED, *key):  # since an erasure looked
                await conn.execute(
                    "UPDATE media SET remove_after = NULL WHERE project = $1 AND sha256 = $2", *key
                )
                yield None
                return
            yield key
            await conn.execute("DELETE FROM media WHERE project = $1 AND sha256 = $2", *key)


def facts_of_row(row: Any) -> MediaFacts:
    """Return the facts in a row of the table media."""
    names = ("media_type", "width", "height", "bytes", "perceptual_hash")
    return MediaFacts(**{name: row[name] for name in names})


async def lock_samples(conn: Any, samples: Collection[tuple[str, str]]) -> None:
    """Lock the rows of samples (project, sample id) until the transaction ends, against erasures."""
    ordered = sorted(samples)
    await conn.execute(_LOCK_SAMPLES, [key[0] for key in ordered], [UUID(key[1]) for key in ordered])


async def use_media(conn: Any, uses: Collection[MediaUse]) -> set[MediaKey]:
    """Store that samples use images; return the images that are stored. The samples must be locked.

    A sample that was erased uses none: what it sends again is removed as unused.
    """
    ordered = sorted(uses)
    columns = [
        [use[0] for use in ordered],
        [UUID(use[1]) for use in ordered],
        [use[2] for use in ordered],
    ]
    return {(row["project"], row["sha256"]) for row in await conn.fetch(_USE, *columns)}


async def release_media(conn: Any, projects: Sequence[str], sample_ids: Sequence[str]) -> None:
    """Delete the uses of erased samples; images that no other sample uses are removed after five minutes.

    By then, requests that are about to use such an image have locked its row or found it missing. What waits
    for an image is deleted at once.
    """
    await conn.execute(_FORGET_FETCHES, projects, sample_ids)
    await conn.execute(_RELEASE, projects, sample_ids)
