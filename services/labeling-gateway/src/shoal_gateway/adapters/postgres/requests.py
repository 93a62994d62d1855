"""qa's requests for votes in a transaction, in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any

from shoal_gateway.domain.votes import Request


class PostgresRequests:
    """Requests on one connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def park(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Store (job id, request) pairs until they are applied."""
        await self._conn.executemany(
            """INSERT INTO vote_requests (job_id, round, action, votes, reason, posterior)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING""",
            sorted((_request_row(job_id, item) for job_id, item in requests), key=lambda row: row[:4]),
        )

    async def waiting(self, job_ids: Collection[str]) -> Sequence[tuple[str, Request]]:
        """Return the requests of these jobs that are not applied, in order of rounds."""
        records = await self._conn.fetch(
            """SELECT job_id, round, action, votes FROM vote_requests
               WHERE NOT applied AND job_id = ANY($1::text[]) ORDER BY round, received_at, action""",
            list(job_ids),
        )
        return [(row["job_id"], Request(row["action"], row["votes"], row["round"])) for row in records]

    async def mark_applied(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Mark requests as applied."""
        await self._conn.executemany(
            "UPDATE vote_requests SET applied = true WHERE job_id = $1 AND round = $2 AND action = $3",
            [(job_id, item.round, item.action) for job_id, item in requests],
        )


def _request_row(job_id: str, request: Request) -> tuple[Any, ...]:
    grounds = request.grounds
    return (
        job_id,
        request.round,
        request.action,
        request.votes,
        grounds.reason if grounds else "",
        dict(grounds.posterior) if grounds else {},
    )
