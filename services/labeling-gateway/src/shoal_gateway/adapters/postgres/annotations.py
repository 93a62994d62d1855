"""Annotations of a transaction, in PostgreSQL: revisions, refusals, and counts."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.ports import ReceivedItem

INSERT = """
INSERT INTO annotations (project, provider, annotation_id, revision, external_id, annotator, action, label,
                         reason, code, duration_s, price, submitted_at, found_by)
SELECT $1, $2, a.*, $3 FROM unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[],
                                   $10::text[], $11::text[], $12::float8[], $13::float8[],
                                   $14::timestamptz[]) AS a
ON CONFLICT DO NOTHING RETURNING annotation_id, revision
"""
REFUSE = """
INSERT INTO refused_annotations (project, provider, annotation_id, revision, external_id, reason, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
RECOUNT = """
WITH heads AS (
    SELECT DISTINCT ON (external_id, annotation_id) external_id, annotator, action
    FROM annotations WHERE external_id = ANY($1::text[])
    ORDER BY external_id, annotation_id, revision DESC
), counts AS (
    SELECT external_id,
           count(DISTINCT annotator) FILTER (WHERE action IN ('submitted', 'updated')) AS answers,
           count(DISTINCT annotator) FILTER (WHERE action = 'skipped') AS skips
    FROM heads GROUP BY external_id
)
UPDATE tasks t SET answers = c.answers, skips = c.skips, updated_at = now()
FROM counts c WHERE t.external_id = c.external_id
RETURNING t.external_id, t.answers, t.skips
"""

LAST = """
SELECT a.* FROM annotations a JOIN tasks t USING (external_id)
WHERE a.project = $1 AND a.provider = $2 AND a.annotator = $3 AND t.lane = $4 AND a.action <> 'deleted'
  AND NOT EXISTS (SELECT 1 FROM annotations b
                  WHERE b.project = a.project AND b.provider = a.provider
                    AND b.annotation_id = a.annotation_id AND b.revision > a.revision)
ORDER BY a.submitted_at DESC, a.received_at DESC LIMIT 1
"""


class PostgresAnnotations:
    """Annotations on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def add(
        self, config: ProviderConfig, annotations: Sequence[tuple[Annotation, float]], found_by: str
    ) -> set[tuple[str, int]]:
        """Add the (annotation, price) pairs that are not stored yet, and return their keys."""
        if not annotations:
            return set()
        items = [item for item, _ in annotations]
        records = await self._conn.fetch(
            INSERT,
            config.project,
            config.name,
            found_by,
            [item.annotation_id for item in items],
            [item.revision for item in items],
            [item.external_id for item in items],
            [item.annotator for item in items],
            [item.action for item in items],
            [item.label for item in items],
            [item.reason for item in items],
            [item.code for item in items],
            [item.duration_s for item in items],
            [price for _, price in annotations],
            [item.submitted_at for item in items],
        )
        return {(row["annotation_id"], row["revision"]) for row in records}

    async def refuse(self, config: ProviderConfig, refused: Iterable[tuple[ReceivedItem, str, str]]) -> None:
        """Store each (item, reason, detail) once, for operators."""
        lines = [
            (*config.key, item.annotation_id, item.revision, item.external_id, reason, detail)
            for item, reason, detail in refused
        ]
        # Sorted, so that two feeds with the same items do not deadlock.
        await self._conn.executemany(REFUSE, sorted(lines))

    async def recount(self, external_ids: Collection[str]) -> dict[str, tuple[int, int]]:
        """Count each task's current answers and skips from its revisions; store and return them."""
        records = await self._conn.fetch(RECOUNT, sorted(external_ids))
        return {row["external_id"]: (row["answers"], row["skips"]) for row in records}

    async def last_of(self, project: str, provider: str, annotator: str, lane: Lane) -> Annotation | None:
        """Return the annotator's newest answer or skip in a lane that was not taken back, or None."""
        row = await self._conn.fetchrow(LAST, project, provider, annotator, lane)
        return rows.read_annotation(row) if row else None

    async def latest(self, project: str, provider: str, annotation_id: str) -> Annotation | None:
        """Return an annotation's latest revision, or None."""
        row = await self._conn.fetchrow(
            """SELECT * FROM annotations WHERE project = $1 AND provider = $2 AND annotation_id = $3
               ORDER BY revision DESC LIMIT 1""",
            project,
            provider,
            annotation_id,
        )
        return rows.read_annotation(row) if row else None
