"""The annotations of a transaction in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from shoal.answers import stored_label
from shoal.contracts.labels import AnnotationSubmitted, LabelingJob
from shoal_qa.adapters.postgres.columns import as_columns
from shoal_qa.domain.votes.book import Annotation
from shoal_qa.usecases.ports import ReceivedAnnotation, StoredAnnotation

_ADD = """
INSERT INTO annotations (provider, annotation_id, revision, project, job_id, sample_id, major, annotator, action,
                         label, purpose, price, submitted_at, event, place)
SELECT new.* FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::int[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::float8[], $13::timestamptz[], $14::jsonb[], $15::text[])
    AS new (provider, annotation_id, revision, project, job_id, sample_id, major, annotator, action, label, purpose,
            price, submitted_at, event, place)
WHERE NOT EXISTS (SELECT 1 FROM erased e WHERE e.project = new.project AND e.sample_id = new.sample_id)
ON CONFLICT DO NOTHING RETURNING project, action
"""
_OF_JOBS = """
SELECT a.job_id, a.provider, a.annotator, a.annotation_id, a.revision, a.submitted_at, a.label, a.purpose
FROM annotations a JOIN jobs j ON j.job_id = a.job_id AND j.project = a.project AND j.major = a.major
WHERE a.job_id = ANY($1::text[])
"""
_PARKED_FOR = """
SELECT a.event, a.place FROM annotations a
JOIN unnest($1::text[], $2::text[]) AS new (job_id, project) ON new.job_id = a.job_id AND new.project = a.project
WHERE a.parked ORDER BY a.seq FOR UPDATE OF a
"""
_REMOVE = """
DELETE FROM annotations a USING unnest($1::text[], $2::text[], $3::text[], $4::int[])
    AS gone (project, provider, annotation_id, revision)
WHERE (a.project, a.provider, a.annotation_id, a.revision)
    = (gone.project, gone.provider, gone.annotation_id, gone.revision)
"""
_REMOVE_PARKED = """
DELETE FROM annotations WHERE (project, provider, annotation_id, revision) IN (
    SELECT a.project, a.provider, a.annotation_id, a.revision FROM annotations a
    WHERE a.parked AND a.received_at < $1 AND NOT EXISTS (
        SELECT 1 FROM jobs j WHERE j.job_id = a.job_id AND j.project = a.project)
    ORDER BY a.seq LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING event, place
"""


class PostgresAnnotations:
    """Annotations on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def add(self, arrived: Sequence[ReceivedAnnotation]) -> list[tuple[str, str]]:
        """Store revisions once, always in the same order, so that batches cannot deadlock.

        Return the project and action of each new one.
        """
        rows = sorted(
            {row[:4]: row for row in map(_annotation_values, arrived)}.values(), key=lambda row: row[:4]
        )
        if not rows:
            return []
        return [tuple(row) for row in await self._conn.fetch(_ADD, *as_columns(rows))]

    async def of_jobs(self, job_ids: Collection[str]) -> list[StoredAnnotation]:
        """Return every revision of the jobs' annotations."""
        return [_stored_annotation(row) for row in await self._conn.fetch(_OF_JOBS, list(job_ids))]

    async def parked_for(self, jobs: Sequence[LabelingJob]) -> list[ReceivedAnnotation]:
        """Lock and return the annotations that wait for these jobs, in the order of arrival."""
        pairs = sorted({(job.job_id, job.project) for job in jobs})
        if not pairs:
            return []
        return [_received_annotation(row) for row in await self._conn.fetch(_PARKED_FOR, *as_columns(pairs))]

    async def remove(self, annotations: Sequence[ReceivedAnnotation]) -> None:
        """Remove revisions."""
        keys = [
            (item.event.project, item.event.provider, item.event.annotation_id, item.event.revision)
            for item in annotations
        ]
        if keys:
            await self._conn.execute(_REMOVE, *as_columns(keys))

    async def remove_parked(self, before: datetime, limit: int) -> list[ReceivedAnnotation]:
        """Remove and return at most `limit` annotations from before `before` whose job has not arrived."""
        return [_received_annotation(row) for row in await self._conn.fetch(_REMOVE_PARKED, before, limit)]


def _received_annotation(row: Any) -> ReceivedAnnotation:
    return ReceivedAnnotation(AnnotationSubmitted.model_validate(row["event"]), row["place"])


def _annotation_values(arrived: ReceivedAnnotation) -> tuple[Any, ...]:
    event = arrived.event
    return (
        event.provider,
        event.annotation_id,
        event.revision,
        event.project,
        event.job_id,
        event.sample_id,
        event.guideline.major,
        event.annotator,
        event.action,
        stored_label(event.answer),
        event.purpose,
        event.price,
        event.submitted_at,
        event.model_dump(mode="json"),
        arrived.origin,
    )


def _stored_annotation(row: Any) -> StoredAnnotation:
    annotation = Annotation(
        job=row["job_id"],
        annotator=f"{row['provider']}/{row['annotator']}",
        annotation=f"{row['provider']}/{row['annotation_id']}",
        revision=row["revision"],
        at=row["submitted_at"].timestamp(),
        label=row["label"],
    )
    return StoredAnnotation(annotation, row["purpose"] == "review")
