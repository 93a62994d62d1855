"""Samples of a transaction, in PostgreSQL: erasures."""

from collections.abc import Collection, Sequence
from typing import Any

# Held to the end of a transaction: shared while adding a project's jobs, exclusive while erasing its samples.
ADDING = "SELECT pg_advisory_xact_lock_shared(hashtextextended('gateway.erasures.' || $1, 0))"
ERASING = "SELECT pg_advisory_xact_lock(hashtextextended('gateway.erasures.' || $1, 0))"
THESE = "(project, sample_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))"
IN_JOBS = "(jobs.project, jobs.sample_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))"


class PostgresSamples:
    """Samples on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def erased_among(self, samples: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return the samples that were erased; erasures in their projects wait for this transaction."""
        await self._lock_projects(ADDING, samples)
        records = await self._conn.fetch(
            f"SELECT project, sample_id FROM erased_samples WHERE {THESE}", *_sample_columns(samples)
        )
        return {(row["project"], row["sample_id"]) for row in records}

    async def erase(self, samples: Collection[tuple[str, str]]) -> Sequence[str]:
        """Blank the contents of samples and return the ids of their jobs.

        Waits for transactions that add jobs in the same projects.
        """
        await self._lock_projects(ERASING, samples)
        columns = _sample_columns(samples)
        await self._conn.execute(
            """INSERT INTO erased_samples (project, sample_id) SELECT * FROM unnest($1::text[], $2::text[])
               ON CONFLICT DO NOTHING""",
            *columns,
        )
        # Lock the queue's rows before the jobs', as an answer does, and both in the order of ids.
        await self._conn.execute(f"SELECT FROM queue WHERE {THESE} ORDER BY external_id FOR UPDATE", *columns)
        await self._conn.execute(
            f"UPDATE queue SET datum = NULL, guess = NULL, open = false WHERE {THESE}", *columns
        )
        await self._conn.execute(f"SELECT FROM jobs WHERE {THESE} ORDER BY job_id FOR UPDATE", *columns)
        # The words of a skip may quote the content, as spans and free texts do.
        await self._conn.execute(
            f"""UPDATE annotations SET reason = CASE action WHEN 'skipped' THEN '' ELSE reason END,
                                      label = CASE kind WHEN 'class' THEN label END
                WHERE (action = 'skipped' OR kind <> 'class') AND external_id IN
                (SELECT t.external_id FROM tasks t JOIN jobs USING (job_id) WHERE {IN_JOBS})""",
            *columns,
        )
        records = await self._conn.fetch(
            f"""UPDATE jobs SET content = NULL, prediction = NULL, erased = true, closed = true
                WHERE {THESE} RETURNING job_id""",
            *columns,
        )
        return [row["job_id"] for row in records]

    async def _lock_projects(self, lock: str, samples: Collection[tuple[str, str]]) -> None:
        for project in sorted({project for project, _ in samples}):
            await self._conn.execute(lock, project)


def _sample_columns(samples: Collection[tuple[str, str]]) -> tuple[list[str], list[str]]:
    ordered = sorted(samples)
    return [project for project, _ in ordered], [sample for _, sample in ordered]
