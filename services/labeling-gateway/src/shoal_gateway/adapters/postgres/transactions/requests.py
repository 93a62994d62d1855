"""qa's requests for votes in a transaction, in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any

from shoal_gateway.domain.votes import Request

OF_JOB = "j.job_id = r.job_id AND r.project IN (j.project, '')"
"""Condition under which a request r is about job j; requests of earlier releases may have no project."""


class PostgresRequests:
    """Requests on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def park(self, requests: Sequence[tuple[str, str, Request]]) -> None:
        """Store (project, job id, request) until they are applied."""
        await self._conn.executemany(
            """INSERT INTO vote_requests (project, job_id, round, action, votes, reason, posterior, skills)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING""",
            sorted((_request_row(*request) for request in requests), key=lambda row: row[:5]),
        )

    async def waiting(self, job_ids: Collection[str]) -> Sequence[tuple[str, Request]]:
        """Return the requests of these jobs that are not applied, in order of rounds."""
        records = await self._conn.fetch(
            f"""SELECT r.job_id, round, action, r.votes FROM vote_requests r JOIN jobs j ON {OF_JOB}
                WHERE NOT applied AND r.job_id = ANY($1::text[]) ORDER BY round, received_at, action""",
            list(job_ids),
        )
        return [(row["job_id"], Request(row["action"], row["votes"], row["round"])) for row in records]

    async def mark_applied(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Mark requests as applied."""
        await self._conn.executemany(
            f"""UPDATE vote_requests r SET applied = true FROM jobs j
                WHERE {OF_JOB} AND r.job_id = $1 AND round = $2 AND action = $3""",
            [(job_id, item.round, item.action) for job_id, item in requests],
        )


def _request_row(project: str, job_id: str, request: Request) -> tuple[Any, ...]:
    grounds = request.grounds
    return (
        project,
        job_id,
        request.round,
        request.action,
        request.votes,
        grounds.reason if grounds else "",
        dict(grounds.posterior) if grounds else {},
        dict(grounds.skills) if grounds else {},
    )
