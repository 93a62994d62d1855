"""The jobs of a transaction in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any

from shoal.contracts.labels import LabelingJob
from shoal.contracts.samples import Content
from shoal_qa.adapters.postgres.columns import as_columns
from shoal_qa.domain.jobs.lifecycle import Job
from shoal_qa.usecases.ports import Major, StoredJob

JOB_COLUMNS = """
job_id, project, sample_id, purpose, major, minor, campaign_id, coalesce(campaign, '') AS campaign, received_at,
revision, state, wanted, most, round, label, decided, voted, votes, disputed
"""
_ADD = """
INSERT INTO jobs (job_id, project, sample_id, purpose, major, minor, content, campaign_id, group_key, predicted,
                  model, state, wanted, most, source, source_id, tags, occurred_at, campaign, received_at)
SELECT new.job_id, new.project, new.sample_id, new.purpose, new.major, new.minor,
       CASE WHEN e.sample_id IS NULL THEN new.content END, new.campaign_id, new.group_key, new.predicted, new.model,
       CASE WHEN e.sample_id IS NULL THEN 'open' ELSE 'erased' END, least(new.wanted, new.most), new.most,
       new.source, CASE WHEN e.sample_id IS NULL THEN new.source_id END,
       CASE WHEN e.sample_id IS NULL THEN new.tags ELSE '{}' END, new.occurred_at, new.campaign,
       new.received_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::jsonb[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::int[], $13::int[],
            $14::text[], $15::text[], $16::jsonb[], $17::timestamptz[], $18::text[], $19::timestamptz[])
     AS new (job_id, project, sample_id, purpose, major, minor, content, campaign_id, group_key, predicted, model,
             wanted, most, source, source_id, tags, occurred_at, campaign, received_at)
LEFT JOIN erased e ON e.project = new.project AND e.sample_id = new.sample_id
ON CONFLICT (job_id) DO UPDATE SET most = greatest(jobs.most, excluded.most)
WHERE excluded.most > jobs.most AND excluded.project = jobs.project
"""
_LOCK = f"""
SELECT {JOB_COLUMNS} FROM jobs WHERE job_id = ANY($1::text[]) AND ($2::text IS NULL OR project = $2)
ORDER BY job_id FOR UPDATE
"""
_SAVE = """
UPDATE jobs SET state = new.state, wanted = new.wanted, round = new.round, label = new.label,
    decided = new.decided, revision = new.revision, voted = new.voted, votes = new.votes, disputed = new.disputed,
    state_since = CASE WHEN jobs.state = new.state THEN jobs.state_since ELSE now() END
FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[], $6::bool[], $7::int[], $8::bool[], $9::int[],
            $10::bool[])
     AS new (job_id, state, wanted, round, label, decided, revision, voted, votes, disputed)
WHERE jobs.job_id = new.job_id
"""


class PostgresJobs:
    """Jobs on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def add(self, jobs: Sequence[LabelingJob]) -> None:
        """Store jobs, always in the order of their ids, so that batches cannot deadlock."""
        unique = {job.job_id: job for job in sorted(jobs, key=lambda job: job.max_votes)}
        rows = [_job_values(unique[job_id]) for job_id in sorted(unique)]
        if rows:
            await self._conn.execute(_ADD, *as_columns(rows))

    async def lock(self, job_ids: Collection[str], project: str | None = None) -> list[StoredJob]:
        """Lock jobs, of one project if it is given, and return them in the order of their ids."""
        rows = await self._conn.fetch(_LOCK, list(job_ids), project)
        return [job_of(row) for row in rows]

    async def get(self, job_ids: Collection[str]) -> list[StoredJob]:
        """Return jobs in the order of their ids, without a lock."""
        rows = await self._conn.fetch(
            f"SELECT {JOB_COLUMNS} FROM jobs WHERE job_id = ANY($1::text[]) ORDER BY job_id", list(job_ids)
        )
        return [job_of(row) for row in rows]

    async def save(self, jobs: Sequence[StoredJob]) -> None:
        """Update the states of jobs."""
        rows = [
            (
                stored.job_id,
                stored.job.state,
                stored.job.votes_requested,
                stored.job.round,
                stored.job.label,
                stored.job.decided,
                stored.revision,
                stored.voted,
                stored.votes,
                stored.disputed,
            )
            for stored in jobs
        ]
        if rows:
            await self._conn.execute(_SAVE, *as_columns(rows))

    async def contents(self, job_ids: Collection[str]) -> dict[str, Content]:
        """Return the contents of stored jobs by id; erased ones have none."""
        rows = await self._conn.fetch(
            "SELECT job_id, content FROM jobs WHERE job_id = ANY($1::text[]) AND content IS NOT NULL",
            list(job_ids),
        )
        return {row["job_id"]: Content.model_validate(row["content"]) for row in rows}

    async def majors(self, job_ids: Collection[str]) -> dict[str, Major]:
        """Return the project and guideline major of every stored job by id."""
        rows = await self._conn.fetch(
            "SELECT job_id, project, major FROM jobs WHERE job_id = ANY($1::text[])", list(job_ids)
        )
        return {row["job_id"]: (row["project"], row["major"]) for row in rows}


def job_of(row: Any) -> StoredJob:
    """Return the job of a row with JOB_COLUMNS."""
    return StoredJob(
        job_id=row["job_id"],
        project=row["project"],
        sample_id=row["sample_id"],
        purpose=row["purpose"],
        major=row["major"],
        minor=row["minor"],
        campaign_id=row["campaign_id"],
        campaign=row["campaign"],
        received_at=row["received_at"],
        revision=row["revision"],
        voted=row["voted"],
        votes=row["votes"],
        disputed=row["disputed"],
        job=Job(
            state=row["state"],
            votes_requested=row["wanted"],
            most=row["most"],
            round=row["round"],
            label=row["label"],
            decided=row["decided"],
        ),
    )


def _job_values(job: LabelingJob) -> tuple[Any, ...]:
    prediction = job.prediction
    return (
        job.job_id,
        job.project,
        job.sample_id,
        job.purpose,
        job.guideline.major,
        job.guideline.minor,
        job.content.model_dump(mode="json", exclude_none=True),
        job.campaign_id,
        job.group,
        prediction.label if prediction else None,
        f"{prediction.model} {prediction.version}".strip() if prediction else None,
        job.votes,
        job.max_votes,
        job.source,
        job.source_id,
        job.tags,
        job.occurred_at,
        job.campaign,
        job.received_at,
    )
