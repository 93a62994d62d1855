"""The dimensions of producers' encoders, in PostgreSQL and cached in memory."""

from collections.abc import Mapping
from typing import Any

Key = tuple[str, str, str]
_INSERT = """
INSERT INTO generations (project, name, version, dimension)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) ON CONFLICT DO NOTHING
"""
_SELECT = """
SELECT project, name, version, dimension
FROM generations JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (project, name, version)
     USING (project, name, version)
"""


class PostgresGenerations:
    """Dimensions by encoder; they never change, so the cache is never stale."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._dimensions: dict[Key, int] = {}

    async def dimensions(self, proposed: Mapping[Key, int]) -> dict[Key, int]:
        """Return the dimension of every key; a new key gets the proposed dimension."""
        if new := {key: size for key, size in proposed.items() if key not in self._dimensions}:
            columns = [list(column) for column in zip(*sorted(new), strict=True)]
            await self._pool.execute(_INSERT, *columns, [new[key] for key in sorted(new)])
            for row in await self._pool.fetch(_SELECT, *columns):
                self._dimensions[row["project"], row["name"], row["version"]] = row["dimension"]
        return {key: self._dimensions[key] for key in proposed}
