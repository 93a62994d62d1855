"""Annotations of a transaction, in PostgreSQL: revisions, refusals, and counts."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.domain.annotations import Annotation, FoundBy
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.standings import Head, Standing
from shoal_gateway.domain.tasks import Lane
from shoal_gateway.usecases.ports import ReceivedItem
from shoal_gateway.usecases.ports.annotations import Judged

ADD = """
INSERT INTO annotations (project, provider, annotation_id, revision, external_id, annotator, action, label,
                         reason, code, duration_s, price, submitted_at, surplus, kind, found_by)
SELECT $1, $2, a.*, $3 FROM unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[],
                                   $10::text[], $11::text[], $12::float8[], $13::float8[],
                                   $14::timestamptz[], $15::boolean[], $16::text[]) AS a
{on_conflict} RETURNING annotation_id, revision
"""
INSERT = ADD.format(on_conflict="ON CONFLICT DO NOTHING")
RECOVER = ADD.format(
    on_conflict="""ON CONFLICT (project, provider, annotation_id, revision)
DO UPDATE SET surplus = false WHERE annotations.surplus"""
)
FROM_TOPIC = "topic"
"""`found_by` of annotations that the database got back from Kafka."""
STORED = """
WITH wanted AS (SELECT * FROM unnest($3::text[], $4::int[]) AS w(annotation_id, revision))
SELECT a.* FROM wanted JOIN annotations a USING (annotation_id, revision)
WHERE a.project = $1 AND a.provider = $2
UNION
SELECT a.* FROM (SELECT DISTINCT annotation_id FROM wanted) AS w CROSS JOIN LATERAL (
    SELECT * FROM annotations
    WHERE project = $1 AND provider = $2 AND annotation_id = w.annotation_id ORDER BY revision LIMIT 1) AS a
"""
FULL = """
SELECT t.job_id FROM tasks t JOIN annotations a USING (external_id) WHERE t.job_id = ANY($1::text[])
GROUP BY t.job_id HAVING count(*) >= $2
"""
HEADS = """
SELECT DISTINCT ON (a.external_id, a.annotation_id)
       t.job_id, a.external_id, a.annotation_id, a.annotator, a.surplus,
       a.action IN ('submitted', 'updated') AS is_vote
FROM tasks t JOIN annotations a USING (external_id)
WHERE t.job_id = ANY($1::text[]) AND t.lane = 'label'
ORDER BY a.external_id, a.annotation_id, a.revision DESC
"""
# `t` is locked with its job, and no other transaction adds an answer meanwhile.
ADMIT = """
WITH job AS (
    SELECT e.external_id FROM tasks t JOIN tasks e ON e.job_id = t.job_id AND e.lane = t.lane
    WHERE t.external_id = $1
), heads AS (
    SELECT DISTINCT ON (external_id, annotation_id) project, provider, annotation_id, revision, external_id,
           annotator, surplus, received_at, action IN ('submitted', 'updated') AS is_vote
    FROM annotations WHERE external_id IN (SELECT external_id FROM job)
    ORDER BY external_id, annotation_id, revision DESC
), people AS (
    SELECT DISTINCT ON (annotator) * FROM heads h WHERE external_id = $1 AND surplus AND is_vote
      AND NOT EXISTS (SELECT 1 FROM heads o WHERE o.annotator = h.annotator AND o.is_vote AND NOT o.surplus)
    ORDER BY annotator, received_at
), earliest AS (
    SELECT * FROM people ORDER BY received_at, annotation_id LIMIT $2
)
UPDATE annotations a SET surplus = false FROM earliest e
WHERE (a.project, a.provider, a.annotation_id, a.revision) = (e.project, e.provider, e.annotation_id, e.revision)
RETURNING a.*
"""
REFUSE = """
INSERT INTO refused_annotations (project, provider, annotation_id, revision, external_id, reason, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
MOST_REFUSED = 10_000  # of one provider: an endless feed of bad items must not fill the disk
FORGET = """
DELETE FROM refused_annotations WHERE project = $1 AND provider = $2 AND received_at < (
    SELECT received_at FROM refused_annotations WHERE project = $1 AND provider = $2
    ORDER BY received_at DESC OFFSET $3 LIMIT 1)
"""
RECOUNT = """
WITH heads AS (
    SELECT DISTINCT ON (a.external_id, a.annotation_id)
           t.job_id, t.lane, t.attempt, a.external_id, a.annotator, a.action
    FROM tasks t JOIN annotations a USING (external_id) WHERE t.job_id = ANY($1::text[]) AND NOT a.surplus
    ORDER BY a.external_id, a.annotation_id, a.revision DESC
), voters AS (
    SELECT external_id, row_number() OVER (PARTITION BY job_id, lane, annotator ORDER BY attempt) AS nth
    FROM (SELECT DISTINCT job_id, lane, attempt, external_id, annotator FROM heads
          WHERE action IN ('submitted', 'updated')) AS v
), counts AS (
    SELECT t.external_id,
           (SELECT count(*) FROM voters v WHERE v.external_id = t.external_id AND nth = 1) AS answers,
           (SELECT count(*) FROM voters v WHERE v.external_id = t.external_id AND nth > 1) AS repeats,
           (SELECT count(DISTINCT annotator) FROM heads h
            WHERE h.external_id = t.external_id AND action = 'skipped') AS skips
    FROM tasks t WHERE t.job_id = ANY($1::text[])
)
UPDATE tasks t SET answers = c.answers, skips = c.skips, repeats = c.repeats, updated_at = now()
FROM counts c WHERE t.external_id = c.external_id
  AND (t.answers, t.skips, t.repeats) IS DISTINCT FROM (c.answers, c.skips, c.repeats)
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

    async def stored(self, config: ProviderConfig, annotations: Sequence[Annotation]) -> Sequence[Annotation]:
        """Return the stored revisions with these keys, and the first revision of each annotation id."""
        ids, revisions = [item.annotation_id for item in annotations], [item.revision for item in annotations]
        records = await self._conn.fetch(STORED, *config.key, ids, revisions)
        return [rows.read_annotation(row) for row in records]

    async def full_jobs(self, job_ids: Collection[str], most: int) -> set[str]:
        """Return the jobs that have `most` revisions or more."""
        records = await self._conn.fetch(FULL, sorted(job_ids), most)
        return {row["job_id"] for row in records}

    async def heads(self, job_ids: Collection[str]) -> Sequence[Head]:
        """Return the latest revisions of the annotations of these jobs' label tasks."""
        return [Head(**dict(row)) for row in await self._conn.fetch(HEADS, sorted(job_ids))]

    async def add(
        self, config: ProviderConfig, annotations: Sequence[Judged], found_by: FoundBy
    ) -> set[tuple[str, int]]:
        """Add annotations that are not stored yet, and return their keys."""
        return await self._insert(INSERT, config, annotations, found_by)

    async def recover(self, config: ProviderConfig, annotations: Sequence[Judged]) -> set[tuple[str, int]]:
        """Add announced annotations, and make stored surplus ones count; return the keys of both."""
        return await self._insert(RECOVER, config, annotations, FROM_TOPIC)

    async def _insert(
        self, sql: str, config: ProviderConfig, annotations: Sequence[Judged], found_by: str
    ) -> set[tuple[str, int]]:
        if not annotations:
            return set()
        items = [judged.annotation for judged in annotations]
        records = await self._conn.fetch(
            sql,
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
            [judged.price for judged in annotations],
            [item.submitted_at for item in items],
            [judged.standing is Standing.SURPLUS for judged in annotations],
            [item.kind for item in items],
        )
        return {(row["annotation_id"], row["revision"]) for row in records}

    async def admit(self, external_id: str, limit: int) -> Sequence[tuple[Annotation, float]]:
        """Make at most `limit` surplus votes of a task count, earliest first; return them with prices."""
        records = await self._conn.fetch(ADMIT, external_id, limit)
        return [(rows.read_annotation(row), row["price"]) for row in records]

    async def refuse(self, config: ProviderConfig, refused: Iterable[tuple[ReceivedItem, str, str]]) -> None:
        """Store each (item, reason, detail) once, for operators; a provider keeps MOST_REFUSED."""
        lines = [(*config.key, *_refused_row(item, reason, detail)) for item, reason, detail in refused]
        if lines:
            # Sorted, so that two feeds with the same items do not deadlock.
            await self._conn.executemany(REFUSE, sorted(lines))
            await self._conn.execute(FORGET, *config.key, MOST_REFUSED)

    async def recount(self, job_ids: Collection[str]) -> None:
        """Count and store the current answers, skips and repeats of these jobs' tasks."""
        await self._conn.execute(RECOUNT, sorted(job_ids))

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


def _refused_row(item: ReceivedItem, reason: str, detail: str) -> tuple[str, int, str, str, str]:
    """Return the columns about a refused item, of which any value may be one that cannot be stored."""
    revision = item.revision if 0 <= item.revision < 2**31 else 0
    return (
        _storable_text(item.annotation_id),
        revision,
        _storable_text(item.external_id),
        reason,
        _storable_text(detail),
    )


def _storable_text(text: str) -> str:
    return text[:500].replace("\x00", "").encode(errors="replace").decode()
