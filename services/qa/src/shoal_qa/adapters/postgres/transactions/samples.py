"""The samples of a transaction in PostgreSQL: erasures, inclusion probabilities, the audit."""

from collections.abc import Collection, Sequence
from dataclasses import astuple
from typing import Any

from shoal_qa.adapters.postgres.columns import as_columns
from shoal_qa.adapters.postgres.transactions.jobs import JOB_COLUMNS, job_of
from shoal_qa.usecases.ports import AuditedSample, StoredJob

_IDS = """
INSERT INTO stream (project, sample_id) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
"""
_INCLUSION = """
INSERT INTO inclusion (project, sample_id, probability)
SELECT * FROM unnest($1::text[], $2::text[], $3::float8[]) ON CONFLICT DO NOTHING
"""
_AUDITED = """
INSERT INTO audited (project, sample_id, rate, model, version, predicted, decided_at)
SELECT new.* FROM unnest($1::text[], $2::text[], $3::float8[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     AS new (project, sample_id, rate, model, version, predicted, decided_at)
WHERE NOT EXISTS (SELECT 1 FROM erased e WHERE e.project = new.project AND e.sample_id = new.sample_id)
ON CONFLICT DO NOTHING
"""
_BLANK_LABELS = """
UPDATE labels SET label = NULL, answer = NULL, evidence = '{"method": "erased", "votes": 0, "agreement": 0.0}'
WHERE job_id = ANY($1::text[]) AND answer ->> 'kind' <> 'class'
"""


class PostgresSamples:
    """Samples on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def erase(self, project: str, sample_ids: Collection[str]) -> list[StoredJob]:
        """Delete contents, source ids, tags, votes and the answers of labels that may quote the content.

        Locks the jobs and returns them as they were. The class of a former label stays.
        """
        ids = sorted(sample_ids)
        await self._conn.execute(
            "INSERT INTO erased SELECT $1, id FROM unnest($2::text[]) AS id ON CONFLICT DO NOTHING",
            project,
            ids,
        )
        rows = await self._conn.fetch(
            f"""SELECT {JOB_COLUMNS} FROM jobs WHERE project = $1 AND sample_id = ANY($2::text[])
                ORDER BY job_id FOR UPDATE""",
            project,
            ids,
        )
        await self._conn.execute(
            """UPDATE jobs SET content = NULL, source_id = NULL, tags = '{}'
               WHERE project = $1 AND sample_id = ANY($2::text[])""",
            project,
            ids,
        )
        for table in ("annotations", "gold", "inclusion", "audited"):
            await self._conn.execute(
                f"DELETE FROM {table} WHERE project = $1 AND sample_id = ANY($2::text[])", project, ids
            )
        await self._conn.execute(_BLANK_LABELS, [row["job_id"] for row in rows])
        return [job_of(row) for row in rows]

    async def add_ids(self, rows: Sequence[tuple[str, str]]) -> None:
        """Store ids, always in the same order, so that batches cannot deadlock."""
        if rows:
            await self._conn.execute(_IDS, *as_columns(sorted(set(rows))))

    async def ids_among(self, project: str, sample_ids: Collection[str]) -> set[str]:
        """Return which of the ids belong to samples of the stream."""
        return await self._among("stream", project, sample_ids)

    async def erased_among(self, project: str, sample_ids: Collection[str]) -> set[str]:
        """Return which of the ids belong to erased samples."""
        return await self._among("erased", project, sample_ids)

    async def _among(self, table: str, project: str, sample_ids: Collection[str]) -> set[str]:
        rows = await self._conn.fetch(
            f"SELECT sample_id FROM {table} WHERE project = $1 AND sample_id = ANY($2::text[])",
            project,
            list(sample_ids),
        )
        return {row["sample_id"] for row in rows}

    async def add_inclusion(self, rows: Sequence[tuple[str, str, float]]) -> None:
        """Store inclusion probabilities; a stored one stays."""
        await self._conn.execute(_INCLUSION, *as_columns(sorted({row[:2]: row for row in rows}.values())))

    async def add_audited(self, samples: Sequence[AuditedSample]) -> None:
        """Store audited samples, always in the same order, so that batches cannot deadlock."""
        rows = {(sample.project, sample.sample_id): astuple(sample) for sample in samples}
        if rows:
            await self._conn.execute(_AUDITED, *as_columns([rows[key] for key in sorted(rows)]))
