"""qa's requests for votes, of a transaction."""

from collections.abc import Collection, Sequence
from typing import Protocol

from shoal_gateway.domain.votes import Request


class Requests(Protocol):
    """Requests by job and round."""

    async def park(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Keep requests by job id until they are applied."""

    async def waiting(self, job_ids: Collection[str]) -> Sequence[tuple[str, Request]]:
        """Return requests not applied yet, in order of rounds."""

    async def mark_applied(self, requests: Sequence[tuple[str, Request]]) -> None:
        """Remember that requests were applied."""
