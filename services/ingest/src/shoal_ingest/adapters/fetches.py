"""The samples that wait for their image, in PostgreSQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import ormsgpack

from shoal.contracts.samples import SampleReferenced
from shoal.messaging import OutgoingMessage, Transient
from shoal.persistence import Outbox
from shoal_ingest import metrics
from shoal_ingest.adapters.media import facts_of_row, lock_samples, use_media
from shoal_ingest.usecases.media.ports import Fetch, MediaFacts, Reference

_ADD = """
INSERT INTO image_fetches
    (project, sample_id, event_id, event, partition, record_offset, arrived_at, next_try_at)
SELECT project, sample_id, event_id, event, partition, record_offset, $7, $7
FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[], $5::int[], $6::bigint[])
     AS n (project, sample_id, event_id, event, partition, record_offset)
WHERE NOT EXISTS (SELECT FROM erasures e WHERE e.project = n.project AND e.sample_id = n.sample_id::text)
ON CONFLICT DO NOTHING
"""
# The projects' names come from the index, one after another: one with a million rows costs one step.
_CLAIM = """
WITH RECURSIVE names AS (
    (SELECT project FROM image_fetches ORDER BY project LIMIT 1)
    UNION ALL
    SELECT (SELECT f.project FROM image_fetches f WHERE f.project > n.project ORDER BY f.project LIMIT 1)
    FROM names n WHERE n.project IS NOT NULL
), lanes AS (
    SELECT project, coalesce(count, 0) AS count FROM names
    LEFT JOIN unnest($3::text[], $4::int[]) AS b (project, count) USING (project) WHERE project IS NOT NULL
), due AS (
    SELECT f.*, row_number() OVER (PARTITION BY f.project ORDER BY f.next_try_at, f.number) + l.count AS place
    FROM lanes l CROSS JOIN LATERAL (
        SELECT project, sample_id, event_id, next_try_at, number FROM image_fetches f
        WHERE f.project = l.project AND f.next_try_at <= $1 AND NOT EXISTS (
            SELECT FROM image_fetches earlier
            WHERE earlier.project = f.project AND earlier.sample_id = f.sample_id AND earlier.number < f.number)
        ORDER BY f.next_try_at, f.number LIMIT greatest(0, $5 - l.count)
    ) f
), chosen AS (
    SELECT project, sample_id, event_id FROM due ORDER BY place, number LIMIT $6
), locked AS (
    SELECT project, sample_id, event_id FROM image_fetches JOIN chosen USING (project, sample_id, event_id)
    WHERE next_try_at <= $1 FOR UPDATE OF image_fetches SKIP LOCKED
)
UPDATE image_fetches f SET tries = f.tries + 1, next_try_at = $2 FROM locked l
WHERE f.project = l.project AND f.sample_id = l.sample_id AND f.event_id = l.event_id
RETURNING f.event_id, f.event, f.partition, f.record_offset, f.tries, f.arrived_at
"""
_IMAGE_OF = """
SELECT m.sha256, m.media_type, m.width, m.height, m.bytes, m.perceptual_hash
FROM media_uses u JOIN media m USING (project, sha256) WHERE u.project = $1 AND u.sample_id = $2::uuid LIMIT 1
"""
_TAKE = """
DELETE FROM image_fetches WHERE project = $1 AND sample_id = $2::uuid AND event_id = $3 AND tries = $4
"""
_IS_ERASED = "SELECT EXISTS (SELECT FROM erasures WHERE project = $1 AND sample_id = $2)"
_POSTPONE = """
UPDATE image_fetches SET next_try_at = $5, tries = $6
WHERE project = $1 AND sample_id = $2::uuid AND event_id = $3 AND tries = $4
"""
_WAITING = """
SELECT projects.project, waiting, coalesce(oldest_s, 0)::float8 AS oldest_s
FROM projects, LATERAL (
    SELECT count(*) AS waiting, extract(epoch FROM clock_timestamp() - min(arrived_at)) AS oldest_s
    FROM (SELECT arrived_at FROM image_fetches f WHERE f.project = projects.project LIMIT $1) AS counted
) AS state
WHERE waiting > 0
"""
MOST_COUNTED = 10_000
"""Waiting samples of a project that are counted, so that many cost no more than a few milliseconds."""


class PostgresFetches:
    """One row for every sample's event that waits for its image."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def add(self, references: Collection[Reference], now: datetime) -> None:
        """Store samples; one that waits already, or that was erased, is left as it is."""
        if references:
            # In one order of samples, against deadlocks; the events of a sample stay in theirs.
            rows = sorted(map(_reference_row, references), key=lambda row: row[:2])
            await self._pool.execute(_ADD, *map(list, zip(*rows, strict=True)), now)

    async def claim(
        self, now: datetime, until: datetime, *, most: int, of_project: int, busy: Mapping[str, int]
    ) -> list[Fetch]:
        """Return fetches that are due, divided among the projects; hide them from others until a time."""
        rows = await self._pool.fetch(_CLAIM, now, until, list(busy), list(busy.values()), of_project, most)
        return [_fetch_of(row) for row in rows]

    async def image_of(self, project: str, sample_id: str) -> tuple[str, MediaFacts] | None:
        """Return SHA-256 and facts of the image that a sample has already."""
        row = await self._pool.fetchrow(_IMAGE_OF, project, sample_id)
        return None if row is None else (row["sha256"], facts_of_row(row))

    async def finish(self, fetch: Fetch, sha256: str, message: OutgoingMessage) -> bool:
        """Store that the sample uses the image, and publish it, in one transaction."""
        event = fetch.reference.event
        async with self._pool.acquire() as conn, conn.transaction():
            await lock_samples(conn, [(event.project, event.sample_id)])
            if not await _take_row(conn, fetch):
                return False
            if await conn.fetchval(_IS_ERASED, event.project, event.sample_id):
                return False
            if not await use_media(conn, [(event.project, event.sample_id, sha256)]):
                raise Transient(f"the image {sha256} was removed before its sample could use it")
            await self._outbox.add(conn, [message])
            return True

    async def postpone(self, fetch: Fetch, until: datetime, tries: int) -> None:
        """Let a fetch wait until a time, with this number of tries."""
        await self._pool.execute(_POSTPONE, *_row_key(fetch), until, tries)

    async def refuse(self, fetch: Fetch, letter: OutgoingMessage) -> bool:
        """End a fetch and publish its dead letter in one transaction."""
        async with self._pool.acquire() as conn, conn.transaction():
            if not await _take_row(conn, fetch):
                return False
            await self._outbox.add(conn, [letter])
            return True

    async def measure(self) -> None:
        """Export how many samples of each project wait for their image, and since when."""
        rows = await self._pool.fetch(_WAITING, MOST_COUNTED)
        metrics.WAITING_FETCHES.replace({(row["project"],): row["waiting"] for row in rows})
        metrics.OLDEST_FETCH.replace({(row["project"],): max(0.0, row["oldest_s"]) for row in rows})


def _reference_row(reference: Reference) -> tuple[Any, ...]:
    event = reference.event
    packed = ormsgpack.packb(event.model_dump(), option=ormsgpack.OPT_NAIVE_UTC)
    return (
        event.project,
        UUID(event.sample_id),
        reference.event_id,
        packed,
        reference.partition,
        reference.offset,
    )


def _fetch_of(row: Any) -> Fetch:
    event = SampleReferenced.model_validate(ormsgpack.unpackb(row["event"]))
    reference = Reference(event, row["event_id"], row["partition"], row["record_offset"])
    return Fetch(reference, row["tries"], row["arrived_at"])


def _row_key(fetch: Fetch) -> tuple[str, str, str, int]:
    """Return the row of a fetch and its lease: the number of tries is that of the process that has it."""
    event = fetch.reference.event
    return event.project, event.sample_id, fetch.reference.event_id, fetch.tries


async def _take_row(conn: Any, fetch: Fetch) -> bool:
    """Delete the row of a fetch; return False if it is gone or another process has it."""
    status = await conn.execute(_TAKE, *_row_key(fetch))
    return bool(status == "DELETE 1")
