"""Jobs of a transaction, in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.domain.jobs import Job
from shoal_gateway.domain.tasks import Guess
from shoal_gateway.domain.votes import Demand


class PostgresJobs:
    """Jobs on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def add(self, jobs: Sequence[Job]) -> None:
        """Add the jobs that do not exist."""
        # Always in the order of ids, so that two batches never wait for each other.
        ordered = sorted({job.job_id: job for job in jobs}.values(), key=lambda job: job.job_id)
        await self._conn.executemany(
            """INSERT INTO jobs (job_id, project, sample_id, purpose, guideline_major, guideline_minor,
                                 provider, content, content_more, prediction, prediction_more, priority,
                                 votes, max_votes, campaign)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
               ON CONFLICT (job_id) DO NOTHING""",
            [
                (
                    job.job_id,
                    job.project,
                    job.sample_id,
                    job.purpose,
                    job.guideline_major,
                    job.guideline_minor,
                    job.provider,
                    *rows.datum_columns(job.datum),
                    *rows.guess_columns(job.guess),
                    job.priority,
                    job.demand.votes,
                    job.demand.max_votes,
                    job.campaign,
                )
                for job in ordered
            ],
        )

    async def lock(self, job_ids: Collection[str]) -> dict[str, Job]:
        """Return the existing jobs by id, locked in the order of their ids."""
        records = await self._conn.fetch(
            "SELECT * FROM jobs WHERE job_id = ANY($1::text[]) ORDER BY job_id FOR UPDATE", list(job_ids)
        )
        return {row["job_id"]: rows.read_job(row) for row in records}

    async def projects(self, job_ids: Collection[str]) -> dict[str, str]:
        """Return the projects of the existing jobs by id."""
        records = await self._conn.fetch(
            "SELECT job_id, project FROM jobs WHERE job_id = ANY($1::text[])", list(job_ids)
        )
        return {row["job_id"]: row["project"] for row in records}

    async def save_demand(self, job_id: str, demand: Demand) -> None:
        """Store a job's demand."""
        await self._conn.execute(
            "UPDATE jobs SET votes = $2, max_votes = $3, last_round = $4, closed = $5 WHERE job_id = $1",
            job_id,
            demand.votes,
            demand.max_votes,
            demand.last_round,
            demand.closed,
        )

    async def save_guess(self, job_id: str, guess: Guess) -> None:
        """Store a prediction, unless the sample was erased."""
        await self._conn.execute(
            "UPDATE jobs SET prediction = $2, prediction_more = $3 WHERE job_id = $1 AND NOT erased",
            job_id,
            *rows.guess_columns(guess),
        )
