"""Halves of inferences in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import ormsgpack

from shoal.contracts.samples import InferenceHalf
from shoal_ingest import metrics
from shoal_ingest.usecases.ports import Pair

_ADD = """
INSERT INTO halves (project, source, correlation_id, half, event, received_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::timestamptz[])
ON CONFLICT (project, source, correlation_id, half) DO UPDATE
SET event = excluded.event, received_at = greatest(halves.received_at, excluded.received_at)
WHERE halves.refused AND NOT halves.joined
"""
_PAIRS = """
SELECT request.event AS request, response.event AS response
FROM halves request
JOIN halves response USING (project, source, correlation_id)
JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (project, source, correlation_id)
     USING (project, source, correlation_id)
WHERE request.half = 'request' AND response.half = 'response' AND NOT request.joined AND NOT response.joined
"""
_JOINED = """
UPDATE halves SET joined = true, event = NULL
FROM unnest($1::text[], $2::text[], $3::text[]) AS done (project, source, correlation_id)
WHERE halves.project = done.project AND halves.source = done.source
  AND halves.correlation_id = done.correlation_id
"""
_REFUSED = """
UPDATE halves SET refused = true
FROM unnest($1::text[], $2::text[], $3::text[]) AS done (project, source, correlation_id)
WHERE halves.project = done.project AND halves.source = done.source
  AND halves.correlation_id = done.correlation_id
"""
_EXPIRE = """
WITH old AS (DELETE FROM halves WHERE received_at < $1 RETURNING joined OR refused AS paired)
SELECT count(*) FILTER (WHERE NOT paired) FROM old
"""
_WAITING = """
SELECT projects.project, waiting, coalesce(oldest_s, 0)::float8 AS oldest_s
FROM projects, LATERAL (
    SELECT count(*) AS waiting, extract(epoch FROM clock_timestamp() - min(received_at)) AS oldest_s
    FROM (
        SELECT received_at FROM halves
        WHERE halves.project = projects.project AND NOT joined AND NOT refused
        ORDER BY received_at LIMIT $1
    ) AS counted
) AS state
WHERE EXISTS (SELECT FROM halves WHERE halves.project = projects.project)
"""
MOST_COUNTED = 10_000
"""Waiting halves of a project that are counted, so that many cost no more than a few milliseconds."""


class PostgresHalves:
    """Halves in a table. Both have the same Kafka key, so no two consumers join a pair at the same time."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def add(self, halves: Sequence[InferenceHalf]) -> None:
        """Store halves, in a fixed order, so that concurrent batches never deadlock.

        A repeated half replaces a refused one; otherwise the first one stays.
        """
        rows = sorted({_half_key(half): half for half in halves}.items())
        if rows:
            columns = [list(column) for column in zip(*(_half_row(half) for _, half in rows), strict=True)]
            await self._pool.execute(_ADD, *columns)

    async def pairs(self, ids: Collection[tuple[str, str, str]]) -> list[Pair]:
        """Return the complete pairs that were not joined yet."""
        if not ids:
            return []
        rows = await self._pool.fetch(_PAIRS, *_id_columns(ids))
        return [Pair(_decode_half(row["request"]), _decode_half(row["response"])) for row in rows]

    async def joined(self, pairs: Sequence[Pair]) -> None:
        """Delete the payloads of joined pairs."""
        if pairs:
            await self._pool.execute(_JOINED, *_id_columns([_half_key(pair.request)[:3] for pair in pairs]))

    async def refused(self, pairs: Sequence[Pair]) -> None:
        """Mark pairs as refused; their payloads stay, for a replay or a better half."""
        if pairs:
            await self._pool.execute(_REFUSED, *_id_columns([_half_key(pair.request)[:3] for pair in pairs]))

    async def expire(self, before: datetime) -> int:
        """Delete old halves; return how many never had another half."""
        return int(await self._pool.fetchval(_EXPIRE, before))

    async def measure(self) -> None:
        """Export how many halves of each project wait, and since when."""
        rows = await self._pool.fetch(_WAITING, MOST_COUNTED)
        metrics.WAITING_HALVES.replace({(row["project"],): row["waiting"] for row in rows})
        metrics.OLDEST_HALF.replace({(row["project"],): max(0.0, row["oldest_s"]) for row in rows})


def _half_key(half: InferenceHalf) -> tuple[str, str, str, str]:
    return half.project, half.source, half.correlation_id, half.half


def _half_row(half: InferenceHalf) -> tuple[Any, ...]:
    event = ormsgpack.packb(half.model_dump(), option=ormsgpack.OPT_NAIVE_UTC)
    return *_half_key(half), event, half.received_at


def _decode_half(event: bytes) -> InferenceHalf:
    return InferenceHalf.model_validate(ormsgpack.unpackb(event))


def _id_columns(ids: Collection[tuple[str, ...]]) -> list[list[str]]:
    return [list(column) for column in zip(*sorted(ids), strict=True)]
