"""Chosen samples of a project, in PostgreSQL."""

from collections.abc import Collection
from typing import Any

_SINCE = """
SELECT seq, sample_id, vector FROM (
    SELECT seq, sample_id, vector FROM chosen
    WHERE project = $1 AND generation = $2 AND seq > $3 ORDER BY seq DESC LIMIT $4
) latest ORDER BY seq
"""


class PostgresChosenSamples:
    """Chosen samples of one project on one connection."""

    def __init__(self, conn: Any, project: str) -> None:
        self._conn = conn
        self._project = project

    async def hashes(self, hashes: Collection[bytes]) -> set[bytes]:
        """Return the hashes that belong to chosen samples."""
        rows = await self._conn.fetch(
            "SELECT content_hash FROM chosen WHERE project = $1 AND content_hash = ANY($2::bytea[])",
            self._project,
            list(hashes),
        )
        return {row["content_hash"] for row in rows}

    async def since(self, generation: str, seq: int, limit: int) -> tuple[int, list[tuple[str, bytes]]]:
        """Return the last seq, and ids and vectors of the last `limit` samples chosen after `seq`."""
        rows = await self._conn.fetch(_SINCE, self._project, generation, seq, limit)
        last = rows[-1]["seq"] if rows else seq
        return last, [(row["sample_id"], row["vector"]) for row in rows]
