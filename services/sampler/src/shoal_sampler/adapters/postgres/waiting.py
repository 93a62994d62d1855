"""Waiting samples of a project, in PostgreSQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import ormsgpack

from shoal.contracts.samples import SampleEmbedded
from shoal_sampler.usecases.ports import Queue

MOST_BYTES = 64 * 1024 * 1024
"""Samples of a window in memory, packed: ten thousand may have a megabyte each."""
_OLDEST = """
SELECT event FROM (
    SELECT event, seq, sum(octet_length(event)) OVER (ORDER BY seq) - octet_length(event) AS before
    FROM (SELECT event, seq FROM waiting WHERE project = $1 ORDER BY seq LIMIT $2) AS first
) AS summed
WHERE before < $3 ORDER BY seq
"""


class PostgresWaiting:
    """Waiting samples of one project on one connection."""

    def __init__(self, conn: Any, project: str) -> None:
        self._conn = conn
        self._project = project

    async def summary(self) -> Queue:
        """Return how many samples wait, and since when."""
        row = await self._conn.fetchrow(
            "SELECT count(*) AS count, min(arrived_at) AS oldest FROM waiting WHERE project = $1",
            self._project,
        )
        return Queue(row["count"], row["oldest"])

    async def count_before(self, moment: datetime) -> int:
        """Return how many of the samples arrived at `moment` or before."""
        return int(
            await self._conn.fetchval(
                "SELECT count(*) FROM waiting WHERE project = $1 AND arrived_at <= $2", self._project, moment
            )
        )

    async def oldest(self, limit: int, most_bytes: int = MOST_BYTES) -> list[SampleEmbedded]:
        """Return the oldest waiting samples: at most `limit`, and fewer of very large ones."""
        rows = await self._conn.fetch(_OLDEST, self._project, limit, most_bytes)
        return [SampleEmbedded.model_validate(ormsgpack.unpackb(row["event"])) for row in rows]

    async def drop(self, sample_ids: Collection[str]) -> None:
        """Remove samples from the waiting ones."""
        await self._conn.execute(
            "DELETE FROM waiting WHERE project = $1 AND sample_id = ANY($2::text[])",
            self._project,
            list(sample_ids),
        )
