"""qa's requests for votes, in a transaction."""

from collections.abc import Collection, Sequence
from typing import Protocol

from shoal_gateway.domain.votes import Request


class Requests(Protocol):
    """Requests by job and round."""

    async def park(self, requests: Sequence[tuple[str, str, Request]]) -> None:
        """Store (project, job id, request) until they are applied."""

    async def waiting(self, job_ids: Collection[str]) -> Sequence[tuple[str, Request]]:
        """Return the requests of these jobs that are not applied, in order of rounds."""

    async def mark_applied(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Mark requests as applied."""
