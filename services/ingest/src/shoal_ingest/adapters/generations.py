"""Dimensions of the encoders that producers use: in PostgreSQL, and in memory once known."""

from collections.abc import Mapping
from typing import Any

Key = tuple[str, str, str]
_TAKE = """
INSERT INTO generations (project, name, version, dimension)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) ON CONFLICT DO NOTHING
"""
_KNOWN = """
SELECT project, name, version, dimension
FROM generations JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (project, name, version)
     USING (project, name, version)
"""


class PostgresGenerations:
    """A dimension never changes, so that memory never goes stale."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._known: dict[Key, int] = {}

    async def dimensions(self, wanted: Mapping[Key, int]) -> dict[Key, int]:
        """Return the dimension of each key; where none is known, the wanted one holds from now on."""
        if new := {key: size for key, size in wanted.items() if key not in self._known}:
            columns = [list(column) for column in zip(*sorted(new), strict=True)]
            await self._pool.execute(_TAKE, *columns, [new[key] for key in sorted(new)])
            for row in await self._pool.fetch(_KNOWN, *columns):
                self._known[row["project"], row["name"], row["version"]] = row["dimension"]
        return {key: self._known[key] for key in wanted}
