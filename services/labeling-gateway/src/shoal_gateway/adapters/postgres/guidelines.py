"""Guidelines: the topic's latest versions in memory, and every version in a table for earlier jobs."""

from dataclasses import asdict
from typing import Any

from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.usecases.label_types import read_schema

# An earlier release may have stored the version without its schema.
STORE = """
INSERT INTO guidelines AS g (project, major, minor, body, label_schema, prelabels)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project, major, minor) DO UPDATE
SET label_schema = excluded.label_schema, prelabels = excluded.prelabels WHERE g.label_schema IS NULL
"""


class StoredGuidelines:
    """The broadcast calls `announce`; `store_announced` writes the announced versions to the table.

    saves: whether this process runs `store_announced`; otherwise another process stores the same versions.
    """

    def __init__(self, pool: Any, *, saves: bool = True) -> None:
        self._pool = pool
        self._saves = saves
        self._current: dict[str, Guideline] = {}
        self._by_major: dict[tuple[str, int], Guideline] = {}
        self._unsaved: dict[tuple[str, int, int], Guideline] = {}

    def announce(self, guideline: Guideline) -> None:
        """Take a version in. Versions only grow, so a replay of an old one changes nothing."""
        self._remember(guideline)
        if self._saves:
            self._unsaved[guideline.project, guideline.major, guideline.minor] = guideline

    def _remember(self, guideline: Guideline) -> None:
        key = (guideline.project, guideline.major)
        if _is_newer(guideline, self._by_major.get(key)):
            self._by_major[key] = guideline
        if _is_newer(guideline, self._current.get(guideline.project)):
            self._current[guideline.project] = guideline

    async def store_announced(self) -> int:
        """Write the announced versions to the table; return their number."""
        count = 0
        while self._unsaved:
            version, guideline = next(iter(self._unsaved.items()))
            await self._store(guideline)
            self._unsaved.pop(version, None)
            count += 1
        return count

    async def _store(self, guideline: Guideline) -> None:
        await self._pool.execute(
            STORE,
            guideline.project,
            guideline.major,
            guideline.minor,
            _body_of(guideline),
            dict(guideline.schema.document),
            guideline.prelabels,
        )

    async def current(self, project: str) -> Guideline | None:
        """Return the newest version, or None."""
        guideline = self._current.get(project)
        return guideline or await self._load("project = $1", project)

    async def get(self, project: str, major: int) -> Guideline | None:
        """Return the newest version of a major number, or None."""
        guideline = self._by_major.get((project, major))
        return guideline or await self._load("project = $1 AND major = $2", project, major)

    async def _load(self, where: str, *values: object) -> Guideline | None:
        row = await self._pool.fetchrow(
            f"""SELECT body, label_schema, prelabels FROM guidelines
                WHERE {where} ORDER BY major DESC, minor DESC LIMIT 1""",
            *values,
        )
        if row is None:
            return None
        guideline = _read_guideline(row)
        self._remember(guideline)
        return guideline


def _body_of(guideline: Guideline) -> dict[str, Any]:
    """Return what earlier releases read of a guideline."""
    return {
        "project": guideline.project,
        "major": guideline.major,
        "minor": guideline.minor,
        "title": guideline.title,
        "text": guideline.text,
        "classes": [asdict(item) for item in guideline.schema.classes],
        "prelabels_allowed": guideline.prelabels == "shown",
    }


def _read_guideline(row: Any) -> Guideline:
    body = row["body"]
    schema = row["label_schema"] or {"kind": "single_choice", "classes": body["classes"]}
    return Guideline(
        project=body["project"],
        major=body["major"],
        minor=body["minor"],
        title=body["title"],
        text=body["text"],
        schema=read_schema(schema),
        prelabels=row["prelabels"] or ("shown" if body["prelabels_allowed"] else "hidden"),
    )


def _is_newer(guideline: Guideline, other: Guideline | None) -> bool:
    return other is None or (guideline.major, guideline.minor) >= (other.major, other.minor)
