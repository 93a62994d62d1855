"""Jobs, qa's requests about them, erasures."""

from collections.abc import Collection, Sequence
from typing import Any

from shoal_gateway.adapters.postgres import rows
from shoal_gateway.domain.jobs import Job
from shoal_gateway.domain.tasks import Guess
from shoal_gateway.domain.votes import Request, Wanted

# Held to the end of a transaction: shared by those who add a project's jobs, alone by who erases its samples.
ADDING = "SELECT pg_advisory_xact_lock_shared(hashtextextended('gateway.erasures.' || $1, 0))"
ERASING = "SELECT pg_advisory_xact_lock(hashtextextended('gateway.erasures.' || $1, 0))"
THESE = "(project, sample_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))"


class Jobs:
    """The jobs' half of a transaction on `conn`."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn

    async def known_erased(self, samples: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        await self._each_project(ADDING, samples)
        found = await self.conn.fetch(
            f"SELECT project, sample_id FROM erased_samples WHERE {THESE}", *_columns(samples)
        )
        return {(row["project"], row["sample_id"]) for row in found}

    async def insert_jobs(self, jobs: Sequence[Job]) -> None:
        # One order of ids for everybody, so that two batches never wait for each other.
        ordered = sorted({job.job_id: job for job in jobs}.values(), key=lambda job: job.job_id)
        await self.conn.executemany(
            """INSERT INTO jobs (job_id, project, sample_id, purpose, guideline_major, guideline_minor,
                                 provider, content, prediction, priority, votes, max_votes)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
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
                    rows.to_json(job.datum),
                    rows.to_json(job.guess),
                    job.priority,
                    job.wanted.votes,
                    job.wanted.max_votes,
                )
                for job in ordered
            ],
        )

    async def lock_jobs(self, job_ids: Collection[str]) -> dict[str, Job]:
        found = await self.conn.fetch(
            "SELECT * FROM jobs WHERE job_id = ANY($1::text[]) ORDER BY job_id FOR UPDATE", list(job_ids)
        )
        return {row["job_id"]: rows.job(row) for row in found}

    async def save_wanted(self, job_id: str, wanted: Wanted) -> None:
        await self.conn.execute(
            "UPDATE jobs SET votes = $2, max_votes = $3, last_round = $4, closed = $5 WHERE job_id = $1",
            job_id,
            wanted.votes,
            wanted.max_votes,
            wanted.last_round,
            wanted.closed,
        )

    async def save_guess(self, job_id: str, guess: Guess) -> None:
        await self.conn.execute(
            "UPDATE jobs SET prediction = $2 WHERE job_id = $1 AND NOT erased", job_id, rows.to_json(guess)
        )

    async def erase_samples(self, samples: Collection[tuple[str, str]]) -> Sequence[str]:
        await self._each_project(ERASING, samples)
        columns = _columns(samples)
        await self.conn.execute(
            """INSERT INTO erased_samples (project, sample_id) SELECT * FROM unnest($1::text[], $2::text[])
               ON CONFLICT DO NOTHING""",
            *columns,
        )
        # The queue's rows before the jobs', as who answers does, and each in the order of ids.
        await self.conn.execute(f"SELECT FROM queue WHERE {THESE} ORDER BY external_id FOR UPDATE", *columns)
        await self.conn.execute(
            f"UPDATE queue SET datum = NULL, guess = NULL, open = false WHERE {THESE}", *columns
        )
        await self.conn.execute(f"SELECT FROM jobs WHERE {THESE} ORDER BY job_id FOR UPDATE", *columns)
        found = await self.conn.fetch(
            f"""UPDATE jobs SET content = NULL, prediction = NULL, erased = true, closed = true
                WHERE {THESE} RETURNING job_id""",
            *columns,
        )
        return [row["job_id"] for row in found]

    async def _each_project(self, lock: str, samples: Collection[tuple[str, str]]) -> None:
        for project in sorted({project for project, _ in samples}):
            await self.conn.execute(lock, project)

    async def park_requests(self, requests: Sequence[tuple[str, Request]]) -> None:
        await self.conn.executemany(
            """INSERT INTO vote_requests (job_id, round, action, votes) VALUES ($1, $2, $3, $4)
               ON CONFLICT DO NOTHING""",
            sorted((job_id, item.round, item.action, item.votes) for job_id, item in requests),
        )

    async def waiting_requests(self, job_ids: Collection[str]) -> Sequence[tuple[str, Request]]:
        found = await self.conn.fetch(
            """SELECT job_id, round, action, votes FROM vote_requests
               WHERE NOT applied AND job_id = ANY($1::text[]) ORDER BY round, received_at, action""",
            list(job_ids),
        )
        return [(row["job_id"], Request(row["action"], row["votes"], row["round"])) for row in found]

    async def mark_applied(self, requests: Sequence[tuple[str, Request]]) -> None:
        await self.conn.executemany(
            "UPDATE vote_requests SET applied = true WHERE job_id = $1 AND round = $2 AND action = $3",
            [(job_id, item.round, item.action) for job_id, item in requests],
        )


def _columns(samples: Collection[tuple[str, str]]) -> tuple[list[str], list[str]]:
    ordered = sorted(samples)
    return [project for project, _ in ordered], [sample for _, sample in ordered]
